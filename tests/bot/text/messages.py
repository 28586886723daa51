"""Messages as people write them to such a bot, and what each of them means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.text.conversation import Meaning, Said, Target

# What stands for each meaning in the tables below.
SIGNS: Final = {
    "?": Meaning.ANSWER,
    ">": Meaning.CONTINUE,
    "!": Meaning.CLAIM,
    "s": Meaning.SOURCES,
    "m": Meaning.MISSED,
    "h": Meaning.HELP,
    "+": Meaning.REACTION,
    "-": Meaning.SILENCE,
}

# A reply to an answer of the bot: Discord mentions the bot, and the person did not.
TO_AN_ANSWER = """
+ thanks!
+ Thank you so much 🙏
+ thx
+ ty bot
+ thanks, that helps
+ Thanks a lot for the info!
+ good bot
+ THAAAANKS
+ ok thanks
+ lol thanks
+ Danke dir!
+ vielen dank, sehr hilfreich
+ Merci beaucoup !
+ muchas gracias por la info
+ ありがとうございます！
+ 助かりました
- lol
- LMAO
- wow
- Wow, that's crazy
- hahahaha
- omg 😱
- ok
- oh no
- damn
- 😂😂😂
- 👍
- <3
- ❤️
- interesting
- Interesting...
- that's sad
- yes
- no way
- bad bot
- wrong
- that's wrong!
- shut up
- fair enough, makes sense
- I knew it
- told you so
- krass
- ach so, alles klar
- ouais, dac
- mdr
- qué fuerte
- jajaja vale
- なるほど
- すごい！
- 草
- I think they should all resign to be honest
- This is exactly what I was saying yesterday in the other channel
- that was never going to end well for them
- you people never learn, it is the same every single year
- lol what a clown show this whole government is these days
- Das ist doch alles nur Theater für die Kameras
- I hate this timeline so much!
> and who lost?
> and who lost
> And what did Russia say about it?
> what about Kursk?
> how many of them died
> when was that?
> why?
> Who said so?
> how many
> the casualties
> North Korea?
> more details
> show me the numbers for 2023
> did he resign afterwards?
> tell me more about the ship
> und wer hat verloren?
> Was sagt Russland dazu?
> wann war das
> et la Russie ?
> Pourquoi ?
> ¿y quién perdió?
> cuántos murieron
> それで、誰が負けたの？
> いつですか
s source?
s Source
s is that true?
s Where is this from?
s Quelle?
s est-ce vrai ?
s ¿es verdad?
s 本当ですか
- true
- really
- for real
"""

# A mention of the bot, or of its role, and no reply.
NAMED = """
h
h hi
h Hi!
h hello there
h heyyy
h good morning
h help
h help me pls
h ?
h who are you?
h what are you
h What can you do?
h how does this work?
h how do I use this bot?
h are you a bot?
h are you there
h how are you?
h ping
h test
h commands
h hey bot what can you do
h Hallo
h Hallo zusammen!
h wer bist du?
h Was kannst du?
h wie geht das?
h Bonjour !
h qui es-tu ?
h que peux-tu faire ?
h Comment ça marche ?
h hola
h ¿Quién eres?
h ¿qué puedes hacer?
h こんにちは
h 使い方を教えてください
h 何ができますか？
+ thank you
+ merci
- lol
- nice
- 🙂
- bad bot
- shut up
? Who won the German election?
? hi, who won the German election?
? Hello! How many North Korean troops were sent to Russia?
? Ukraine
? Rotterdam shore power
? what happened today?
? any news on Gaza?
? latest on the earthquake in Myanmar
? tell me about Kim Jong Un
? Is there a ceasefire in Gaza?
? is it true that North Korea sent troops to Russia?
? fact check: North Korea sent 11,000 troops to Russia
? What did she say about it yesterday?
? help for Ukraine
? who can help Ukraine now
? test of a North Korean missile
? Thanks for nothing, how many people died in Valencia?
? stop of grain exports
? Wow did Trump really say that he wants Greenland?
? yes or no: did the UK leave the EU?
? Wer hat die Bundestagswahl gewonnen?
? Guten Morgen, was ist in Berlin passiert?
? Stimmt es, dass Nordkorea Soldaten geschickt hat?
? Qui a gagné les élections en Allemagne ?
? bonjour, combien de soldats ont été envoyés ?
? ¿Quién ganó las elecciones en Alemania?
? hola, ¿qué pasó en Valencia?
? ドイツの選挙で誰が勝ちましたか？
? こんにちは、ウクライナの最新ニュースは？
? 北朝鮮の兵士は何人ですか
m what did I miss?
m What did I miss while I was away?
m did i miss anything
m catch me up please
m Was habe ich verpasst?
m qu'est-ce que j'ai raté ?
m ¿Qué me perdí?
m 何か見逃した？
? what did I miss in Ukraine?
! is that true?
! source?
! fact check this
"""

# A mention in reply to what somebody else wrote.
TO_A_CLAIM = """
!
! is that true?
! Is this true??
! is it true
! source?
! Sources please
! any source for this?
! fact check this
! fact-check please
! factcheck
! can you verify this?
! can you check that pls
! really?
! real?
! for real?
! fake?
! is this fake news
! legit?
! true or false
! proof?
! citation needed
! where is this from?
! did this really happen?
! anything on this?
! any news on this
! thoughts?
! what do you think about this?
! what's the source
! hey bot is that true
! wtf is that real?
! 🤔
! ???
! look this up
! stimmt das?
! Stimmt das wirklich??
! Ist das wahr?
! Quelle?
! Faktencheck bitte
! gibts dazu eine Quelle
! echt jetzt?
! c'est vrai ?
! Est-ce que c'est vrai ?
! une source svp
! vrai ou faux
! tu peux vérifier ?
! ¿es verdad?
! ¿es cierto esto?
! fuente?
! puedes verificarlo por favor
! 本当？
! これ本当ですか？
! ソースは？
! ファクトチェックして
> when was this?
> who said that?
> how many of them were there?
> wann war das, und wer war dort?
? Who is the president of South Korea?
? how many North Korean troops were sent to Russia in 2024?
? fact check: the bridge in Genoa was closed
+ thanks
- lol
h help
m what did I miss?
"""

# A direct message, or a mention in a thread on an answer, after an answer not long ago.
GOES_ON = """
> and who lost?
> what about France?
> When was that?
> why
> and Russia?
> who replaced him?
> und Russland?
> was hat er dazu gesagt?
> et elle ?
> y después, qué dijo él?
> それはいつですか
? Who won the German election?
? How many people died in the floods of Valencia in October 2024?
? Is there a ceasefire in Gaza?
? Rotterdam shore power
+ thanks
- ok
- 👍
h hi
h help
m what did i miss
! is that true?
"""

# A reply to something else that the bot wrote, such as a list or a notice, without its name.
TO_THE_BOT = """
+ thanks
- lol
- ok then I will wait a bit until it works again I guess
h help
? Who won the German election?
"""

TABLES: Final[Mapping[str, tuple[Said, str]]] = {
    "a reply to an answer": (Said("", named=False, target=Target.ANSWER), TO_AN_ANSWER),
    "a mention": (Said(""), NAMED),
    "a mention in reply to a claim": (Said("", target=Target.MESSAGE), TO_A_CLAIM),
    "a direct message or a thread that goes on": (Said("", goes_on=True), GOES_ON),
    "a reply to something else of the bot": (Said("", named=False, target=Target.BOT), TO_THE_BOT),
}


def lines(table: str) -> Sequence[tuple[str, Meaning]]:
    """Return the messages of a table with what they mean."""
    return [(line[1:].strip(), SIGNS[line[0]]) for line in table.strip().split("\n")]
