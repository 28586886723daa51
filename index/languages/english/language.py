"""English, as the library reads it."""

from index.languages.base import Language
from index.text.sentence_rules import SentenceRules

SENTENCES = SentenceRules(
    code="en",
    before_name=frozenset(
        "mr mrs ms mx dr prof st sr jr rev hon gov sen rep gen col maj capt cmdr lt sgt cpl pvt adm pres vs "
        "v messrs mme mlle mt ft fr supt insp det atty dist amb sec no nos vol ch fig art op approx est ca "
        "cf e.g i.e viz al".split()
    ),
    either_way=frozenset(
        "i u.s u.k u.n e.u d.c l.a n.y u.s.a a.m p.m a.d b.c inc corp co ltd llc plc jan feb mar apr jun "
        "jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun ave blvd rd etc dept univ ph.d "
        "m.d b.a m.a calif fla tex mass pa conn ore wash mich minn wis ill ind ga va md ala ariz ark colo "
        "okla tenn kan ky neb nev mont".split()
    ),
    starters=frozenset(
        "the a an he she it they we i you this that these those but and in on at for if when while after "
        "before as there here his her its their our my what who how why where however meanwhile earlier "
        "since so then according officials police no some many most more all both one also still yet "
        "millions thousands hundreds dozens nobody nothing everyone about over under more less another each "
        "every instead later today".split()
    ),
)

LANGUAGE = Language(
    code="en",
    sentences=SENTENCES,
    stop_words=frozenset(
        "a an and are as at be been but by can could did do does for from had has have he her his how i if "
        "in into is it its of on or our she so than that the their them then there these they this those to "
        "was we were what when where which who whom whose why will with would you your s t".split()
    ),
)
