"""The phrases by which a message is told apart from a question, in the languages that people write here.

They are written as `simplified` writes messages: lower case, no punctuation, no letter three times in a row.
A language of its own for each table would be in the way: people say "lol" and "merci" in German servers.
"""

from __future__ import annotations

import re
import unicodedata

# A reaction is enough for these.
THANKS = """
thanks|thank you|thank u|thx|ty|tysm|tyvm|cheers|much appreciated|appreciated|appreciate it|many thanks
thanks a lot|thank you so much|thanks so much|good bot|great bot|nice bot|best bot|well done|good job
nice work|great answer|good answer|perfect|helpful|very helpful|that helps|that helped|this helps|love it
i love you|danke|danke schön|danke dir|vielen dank|dankeschön|guter bot|braver bot|super bot|sehr hilfreich
hilfreich|merci|merci beaucoup|bon bot|bravo|très utile|gracias|muchas gracias|mil gracias|buen bot|muy útil
ありがとう|ありがとうございます|ありがとうございました|助かります|助かりました|どうも|感謝|サンキュー
"""

# Nothing is said to these: they are said about an answer, not to get one.
CHATTER = """
lol|really|for real|lmao|lmfao|rofl|xd|haha|hahaha|hah|heh|hehe|kek|wow|woah|whoa|omg|omfg|damn|dang|wtf|wth
yikes|oof|ouch|bruh|bro|lmk|nice|cool|great|awesome|amazing|neat|sweet|based|cringe|rip|f|gg|yay|oh|ah|oh no
oh ok|oh wow|hm|huh|uh|ugh|ok|okay|k|kk|okey|alright|right|sure|yes|yep|yeah|yup|no|nope|nah|true|so true
this|facts|exactly|agreed|same|fair|fair enough|good|good to know|got it|i see|makes sense|interesting
very interesting|insane|crazy|wild|that is crazy|that is wild|thats crazy|thats wild|thats insane|thats sad
sad|so sad|scary|terrible|horrible|finally|never mind|nevermind|nvm|np|no problem|youre welcome|my bad|sorry
i knew it|called it|told you|told you so|told ya|as expected|not surprised|no way|holy|holy moly|holy shit
shit|fuck|damn it|bad bot|stupid bot|dumb bot|useless bot|useless|stupid|dumb|shut up|shut up bot|go away
wrong|thats wrong|that is wrong|this is wrong|not what i asked|nope wrong|brb|afk|gtg|bye|goodbye|good night
gn|see you|cya|later|lets go|lfg|gm|first|bump|imo|tbh|ikr|idk|smh|fr|fr fr|ngl|krass|geil|cool danke
alles klar|ach so|achso|aha|na klar|klar|genau|stimmt|ja|nein|nee|jo|jep|jup|okay gut|gut|super|toll|schön
wahnsinn|heftig|interessant|traurig|schade|oje|mist|scheiße|verdammt|tschüss|gute nacht|egal|halt die klappe
mdr|ptdr|génial|ouais|oui|non|dac|daccord|daccord merci|ok merci|intéressant|incroyable|dingue|zut|merde
salut à tous|au revoir|bonne nuit|dommage|triste|jaja|jajaja|vale|genial|guay|qué fuerte|increíble
interesante|sí|si|claro|vaya|de acuerdo|qué pena|mierda|adiós|buenas noches|órale|nada|草|笑|なるほど|すごい
すげえ|やばい|ヤバい|まじか|マジか|そうなんだ|そうですか|はい|いいえ|うん|了解|了解です|おやすみ|へえ|へー
おお|いいね|面白い|www|ww|w
"""

# What the bot can do is shown to these.
HELP = """
help|help me|help please|hi|hello|hey|hiya|heya|yo|sup|howdy|greetings|hey there|hi there|hello there
good morning|good evening|good afternoon|morning|evening|who are you|what are you|whats your name
what is your name|who r u|what can you do|what do you do|what can i ask|what can i ask you|what should i ask
how do you work|how does this work|how does it work|how do i use this|how do i use you|how to use
how do i ask|how do i ask you|how do i ask something|what is this|what is this bot|whats this bot
what does this bot do|what are your commands|commands|command list|are you a bot|are you an ai|are you ai
are you human|are you real|are you there|are you online|are you alive|are you working|you there|anyone there
how are you|how are you doing|hows it going|whats up|wassup|wake up|ping|test|testing|test test|start|menu
info|about|usage|stop|who made you|who built you|who created you|introduce yourself|tell me about yourself
talk to me|say something|say hi|can you help|can you help me|could you help me|i need help
can i ask you something|can i ask you a question|can i ask a question|i have a question|got a question
question|hallo|hallo zusammen|moin|servus|grüß dich|grüezi|guten morgen|guten tag|guten abend|na|hilfe
hilf mir|wer bist du|was bist du|was kannst du|was kannst du alles|was machst du|wie funktionierst du
wie funktioniert das|bist du da|wie geht das|wie gehts|wie geht es dir|wie heißt du|bist du ein bot
bist du eine ki|befehle|kannst du mir helfen|ich habe eine frage|bonjour|salut|coucou|bonsoir|aide|aidez moi
aide moi|qui es tu|qui êtes vous|tu es qui|cest quoi|que peux tu faire|que sais tu faire
quest ce que tu peux faire|quest ce que tu sais faire|tu fais quoi|comment ça marche|comment tu marches
comment ça va|ça va|es tu un bot|tu es un bot|commandes|jai une question|hola|buenas|buenos días
buenas tardes|ayuda|ayúdame|quién eres|qué eres|qué puedes hacer|qué haces|qué sabes hacer|cómo funcionas
cómo funciona|cómo funciona esto|cómo estás|qué tal|eres un bot|comandos|tengo una pregunta|oye|こんにちは
こんばんは|おはよう|おはようございます|やあ|もしもし|はじめまして|ヘルプ|助けて|使い方|使い方は
使い方を教えて|使い方を教えてください|誰|誰ですか|あなたは誰|あなたは誰ですか|君は誰|何ができる|何ができるの
何ができますか|何ができるんですか|自己紹介して|元気|元気ですか|テスト|コマンド
"""

# Somebody wants to know whether a message is true, or where it is from.
CHECK = """
is that true|is this true|is it true|is that real|is this real|is this legit|is that legit|legit|true
true or false|true or not|real|is it real|for real|fr|really|is that right|is this right|is that correct
is this correct|correct|is that accurate|is this accurate|accurate|is that so|is this fake|is that fake|fake
fake news|is this fake news|is that fake news|is he right|is she right|are they right|did that happen
did this happen|did this really happen|did that really happen|has this happened|is this happening
is this still true|is that still true|is this news|is this confirmed|is that confirmed|confirmed
has this been confirmed|can anyone confirm|can you confirm|can you confirm this|can you confirm that|confirm
confirm this|can you verify|can you verify this|can you verify that|verify|verify this|verify that
please verify|can you check|can you check this|can you check that|check|check this|check that|check it
check this out|please check|fact check|factcheck|fact check this|fact check that|fact check please
fact check him|fact check her|fact check it|fact check needed|can you fact check|can you fact check this
can you fact check that|could you fact check this|debunk|debunk this|source|sources|sauce|source on this
source on that|source for this|source for that|any source|any sources|got a source|got any source
do you have a source|whats the source|what is the source|wheres the source|where is this from
where is that from|wheres this from|where did this come from|citation|citation needed|proof|any proof
proof of this|evidence|any evidence|reference|link|got a link|any truth to this|any truth in this
any truth to that|how true is this|how true is that|what do you think|what do you think about this
what do you think of this|what about this|what about that|thoughts|thoughts on this|any thoughts|opinion
look this up|look that up|look it up|can you look this up|search this|search for this|find this
find reporting|find reports|find reporting on this|anything on this|anything about this|any news on this
any news about this|any reporting on this|any reports on this|is there anything on this
is there any reporting on this|is there a source for this|is there a source|what is this about
whats this about|what do you know about this|what does the news say|what do the news say
what does the news say about this|stimmt das|stimmt das wirklich|stimmt das so|stimmts|ist das wahr
ist das echt|ist das so|ist das richtig|echt|echt jetzt|wirklich|wahr|im ernst|ernsthaft|ist das fake
ist das ein fake|quelle|quellen|quelle dazu|gibts eine quelle|gibts dazu eine quelle|gibt es eine quelle
gibt es dazu eine quelle|gibts dazu was|gibt es dazu etwas|gibt es dazu berichte|hast du eine quelle
woher kommt das|woher ist das|faktencheck|fakten check|faktencheck bitte|beleg|belege|prüf das|prüf das mal
prüfe das|überprüf das|überprüfe das|kannst du das prüfen|kannst du das überprüfen|kannst du das bestätigen
wahr oder falsch|cest vrai|est ce vrai|est ce que cest vrai|est ce que cest vrai ça|cest vrai ça|vrai
vrai ou faux|vraiment|cest faux|cest réel|info ou intox|intox|une source|la source|source stp|tas une source
as tu une source|tu as une source|avez vous une source|quelle est la source|quelle source|doù ça vient
preuve|preuves|vérifie|vérifie ça|vérifiez|tu peux vérifier|peux tu vérifier|peux tu vérifier ça
tu peux vérifier ça|vérification|fact checking|tu confirmes|es verdad|es verdad esto|es verdad eso
eso es verdad|esto es verdad|es cierto|es cierto esto|es cierto eso|eso es cierto|esto es cierto|será verdad
verdad|cierto|en serio|de verdad|es real|es falso|es fake|verdadero o falso|fuente|fuentes|la fuente
cuál es la fuente|tienes fuente|tienes una fuente|alguna fuente|hay fuente|pruebas|prueba|verifica
verifica esto|verifica eso|verifícalo|puedes verificar|puedes verificarlo|puedes verificar esto|compruébalo
puedes comprobarlo|confirma esto|bulo|es un bulo|本当|ほんと|ほんとう|本当ですか|本当なの|本当に|これ本当
これは本当|これは本当ですか|これ本当ですか|それ本当|マジ|まじ|マジで|まじで|嘘|うそ|デマ|デマですか|ソース
ソースは|ソースある|出典|出典は|根拠は|証拠は|情報源は|事実|事実ですか|ファクトチェック|ファクトチェックして
確認して|確認してください|調べて|調べてください|これ調べて
"""

# A list of what has been reported since this person was here last.
MISSED = """
what did i miss|what have i missed|what i missed|did i miss anything|did i miss something
have i missed anything|what did i miss since i was last here|what did i miss while i was away
what did i miss while i was gone|what happened since i was last here|what happened while i was away
what happened while i was gone|whats new since i was last here|what is new since i was last here
whats new since last time|catch me up|fill me in|bring me up to speed|bring me up to date
anything new since i was last here|anything new since last time|was habe ich verpasst|was hab ich verpasst
hab ich was verpasst|habe ich etwas verpasst|was ist seit meinem letzten besuch passiert
quest ce que jai manqué|quest ce que jai raté|jai raté quoi|jai manqué quoi|quai je manqué|quai je raté
qué me perdí|qué me he perdido|me perdí algo|me he perdido algo|ponme al día|何か見逃した|見逃したニュースは
見逃したニュースを教えて|前回から何があった|前回からのニュース|最近見逃したニュースは
"""

# May stand around any of the phrases above without making them a question.
AROUND = """
hey|hi|hello|hallo|yo|oi|ok|okay|so|and|but|oh|wow|lol|um|uh|hm|well|now|then|please|pls|plz|kindly|bot
newsbot|news bot|guys|folks|everyone|everybody|all|man|dude|mate|bro|sir|there|here|again|too|very|really
much|a lot|for that|for this|for the info|for the help|for the answer|for the information|for your help
though|btw|tho|just|quick|bitte|mal|doch|denn|eigentlich|leute|alter|jetzt|dir|euch|für die info
für die hilfe|für die antwort|sehr|also|na|svp|stp|sil te plaît|sil vous plaît|les gars|tout le monde
pour linfo|pour la réponse|alors|donc|beaucoup|très|dis|por favor|porfa|chicos|todos|gente|por la info
por la respuesta|por la ayuda|muy|mucho|oye|pues|bueno|ですか|教えて|ください|お願いします|ねえ|ね|よ|の|は
です|だ|さん|か|これ|それ|あ|え|ボット
"""

# Words with which people begin a question or ask for something. Without a question mark a message that
# answers the bot is a question only where it begins with one of them.
ASKING = """
who|whos|whom|whose|what|whats|when|where|wheres|why|which|how|hows|is|are|was|were|do|does|did|has|have|had
can|could|will|would|should|shall|may|might|isnt|arent|didnt|doesnt|tell|show|give|list|find|search|explain
compare|summarize|and|what about|how about|any|more|more on|more about|latest|update|updates|news|details
also|wer|wen|wem|wessen|wann|wo|wohin|woher|warum|wieso|weshalb|wie|wieviel|wieviele|welche|welcher|welches
ist|sind|hat|haben|hatte|gibt|gab|kann|können|wird|werden|wurde|wurden|sag|zeig|nenne|und|mehr|seit wann
neues|qui|que|quoi|quand|où|pourquoi|comment|combien|quel|quelle|quels|quelles|est ce|quest ce|a t|et
dis moi|montre|quién|quiénes|qué|cuándo|dónde|por qué|cómo|cuánto|cuántos|cuánta|cuántas|cuál|cuáles|hay|y
dime|muestra|誰|何|いつ|どこ|なぜ|どうして|どう|どの|どれ|いくつ|何人|他に|もっと|それで|では|じゃあ
"""

# Words with which a message leans on the one before it.
LEANING = re.compile(
    r"^(?:and|but|so|or|what about|how about|what else|who else|why|when|where|how come|since when"
    r"|und|aber|oder|was ist mit|wie steht es um|wie sieht es mit|wer noch|seit wann"
    r"|et|mais|ou|qu en est il|et pour|depuis quand|y|e|pero|qué hay de|qué pasa con|desde cuándo"
    r")\b|^(?:それで|では|じゃあ|でも|そして|ほかに|他に)"
    r"|\b(?:he|she|it|they|him|her|them|his|hers|its|their|that|this|those|these|there|then|the same"
    r"|the others?"
    r"|er|ihn|ihm|ihnen|davon|dazu|dagegen|daraufhin|dort|damals"
    r"|elle|elles|ils|lui|leur|leurs|cela|ça|ceux|celles|là bas"
    r"|él|ella|ellos|ellas|eso|esto|esos|allí|ahí|entonces)\b|彼|彼女|それ|その|そこ|これ"
)
# What asks for something by itself, although a word of `LEANING` is in it.
STANDING = re.compile(
    r"^(?:is|are|was|were|will|has|have) (?:there|it true)\b|\bthere (?:is|are|was|were|will)\b"
)

_APOSTROPHES = re.compile(r"(?<=\w)['’`´](?=\w)")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


def simplified(text: str) -> str:
    """Return a message as the tables of this module write it; empty where it has no letter and no digit."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _STRETCHED.sub(r"\1", _APOSTROPHES.sub("", plain))
    return " ".join("".join(char if char.isalnum() else " " for char in plain).split())


def listed(table: str) -> frozenset[str]:
    """Return the phrases of a table."""
    phrases = table.strip().replace("\n", "|").split("|")
    return frozenset(simple for phrase in phrases if (simple := simplified(phrase)))


def all_of(*tables: str) -> re.Pattern[str]:
    """Return what matches a message that consists of phrases of the tables and of nothing else.

    Between the characters of Japanese there are no spaces.
    """
    phrases = sorted(frozenset().union(*map(listed, tables)), key=len, reverse=True)
    # Atomic, so that the time is linear: the longest phrase is taken, and not tried again in parts.
    return re.compile(rf"(?>(?:{'|'.join(map(re.escape, phrases))})(?:\s+|(?<=[぀-ヿ一-鿿])|$))++")
