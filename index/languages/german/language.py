"""German, as the library reads it."""

from index.languages.base import Language
from index.languages.german.questions import QUESTIONS
from index.text.sentence_rules import SentenceRules

SENTENCES = SentenceRules(
    code="de",
    before_name=frozenset(
        "dr prof hr fr hrn frl nr st abs art bd bzw ca d.h z.b u.a u.u i.d.r s tel str vgl ggf sog inkl "
        "exkl evtl geb gest jh mio mrd mwst o.g o.ä dipl ing med phil jur rer nat hl kap max min red staatl "
        "stv ehem kath evang zit zzt lt gem bspw allg insb a.d b h".split()
    ),
    either_way=frozenset(
        "usw etc u.s.w u.v.m u.ä u.s.a n.chr v.chr chr jan feb apr jun jul aug sep sept okt nov dez".split()
    ),
    starters=frozenset(
        "der die das den dem des ein eine einen einem einer er sie es wir ich ihr man dies diese dieser "
        "dieses diesen diesem dabei dagegen damit danach dann daraufhin darum daher da dort doch denn aber "
        "und oder auch als am an auf aus bei bis durch für gegen im in ins mit nach seit trotz um unter vom "
        "von vor während wegen zu zum zur zwischen nun nur noch so sein seine seinen ihre ihren unser "
        "unsere was wann warum wer wie wo wenn weil ob obwohl jetzt heute gestern morgen später zuvor "
        "bereits schon nicht kein keine viele alle beide einige mehr laut hier hinzu allerdings außerdem "
        "zudem jedoch deshalb deswegen insgesamt inzwischen mittlerweile schließlich zunächst zugleich "
        "trotzdem demnach".split()
    ),
    ordinals=True,
)

LANGUAGE = Language(
    code="de",
    sentences=SENTENCES,
    stop_words=frozenset(
        "heisst heissen hoch lange genau aber als am an auch auf aus bei bin bis da dann das dass dem den "
        "denn der des die dies diese diesem diesen dieser dieses doch du durch ein eine einem einen einer "
        "eines er es fur gegen gibt hat hatte hatten haben ich ihm ihn ihr ihre ihrem ihren ihrer im in ins "
        "ist ja kann kein keine man mein mich mit nach nicht noch nun nur ob oder ohne sehr sein seine "
        "seinem seinen seiner seit sich sie sind so uber um und uns unser unter vom von vor war waren warum "
        "was wann wegen weil welche welchem welchen welcher welches wem wen wenn wer werden wessen wie "
        "wieso wieviel wird wir wo wodurch woher wohin womit worden wurde wurden zu zum zur zwischen ware "
        "viel viele".split()
    ),
    questions=QUESTIONS,
)
