"""Spanish, as the library reads it."""

from index.languages.base import Language
from index.languages.spanish.questions import QUESTIONS
from index.text.sentence_rules import SentenceRules

SENTENCES = SentenceRules(
    code="es",
    before_name=frozenset(
        "sr sra srta sres sras dr dra prof profa lic ing arq d dña da fr sto sta gral cnel tte cap mons "
        "rvdo ud uds vd núm num n° nº no art arts pág págs p pp vol cap fig tel av avda c ej p.ej aprox máx "
        "mín".split()
    ),
    either_way=frozenset(
        "etc ee.uu ee. uu. a.m p.m a.c d.c s.a s.l cía ene feb mar abr jun jul ago sept oct nov dic".split()
    ),
    starters=frozenset(
        "el la los las un una unos unas lo él ella ellos ellas se este esta estos estas ese esa eso esto "
        "pero y o en al a de del con sin por para según desde durante tras ante bajo entre hasta cuando "
        "mientras si como así luego después antes además también sin aunque porque pues su sus nuestro "
        "nuestra qué quién cómo cuándo dónde todos todas muchos muchas varios algunos ningún ninguna hoy "
        "ayer mañana ahora no más otro otra".split()
    ),
)

LANGUAGE = Language(
    code="es",
    sentences=SENTENCES,
    stop_words=frozenset(
        "llama porcentaje numero a al algo algun alguna algunas alguno algunos ante antes aquel aquella "
        "como con contra cual cuales cuando cuanta cuantas cuanto cuantos de del desde donde dos durante e "
        "el ella ellas ellos en entre era eran es esa esas ese eso esos esta estaba estaban estan estas "
        "este esto estos fue fueron ha habia habian hace hacia han hasta hay la las le les lo los mas me mi "
        "mis mucho muy ni no nos nosotros o os otra otro para pero por porque que quien quienes se sea "
        "segun ser si sido sin sobre son su sus tambien tan tanto te tenia tiene tienen todo todos tras tu "
        "tus un una unas uno unos y ya yo".split()
    ),
    questions=QUESTIONS,
)
