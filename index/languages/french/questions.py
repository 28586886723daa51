"""French words for questions and times."""

from index.languages.question_words import QuestionWords
from index.languages.times import TimeWords

_DAY = r"{day}(?:er)? {month}"
_DATE = r"{day}(?:er)? {month}(?: {year})?"
_SECOND = r"{day2}(?:er)? {month2}(?: {year})?"
_LAST = r"(?:derni[eè]re?s?|pass[ée]e?s?)"

TIMES = TimeWords(
    months=(
        *("janvier|janv", "février|fevrier|févr", "mars", "avril|avr", "mai", "juin", "juillet|juil"),
        *("août|aout", "septembre|sept", "octobre|oct", "novembre|nov", "décembre|decembre|déc"),
    ),
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    counts={
        "un": 1,
        "une": 1,
        "deux": 2,
        "trois": 3,
        "quatre": 4,
        "cinq": 5,
        "six": 6,
        "sept": 7,
        "huit": 8,
        "neuf": 9,
        "dix": 10,
        "douze": 12,
        "quinze": 15,
    },
    units={
        "jour": "day",
        "jours": "day",
        "semaine": "week",
        "semaines": "week",
        "mois": "month",
        "an": "year",
        "ans": "year",
        "année": "year",
        "années": "year",
    },
    phrases=(
        (
            rf"(?:entre|du) (?:le )?{_DAY} (?:et|au) (?:le )?{_SECOND}",
            "between {day} {month} and {day2} {month2} {year}",
        ),
        (
            r"(?:entre|du) (?:le )?{day} (?:et|au) (?:le )?{day2} {month2}(?: {year})?",
            "between {day} and {day2} {month2} {year}",
        ),
        (rf"depuis (?:le )?{_DATE}", "since {day} {month} {year}"),
        (rf"après (?:le )?{_DATE}", "after {day} {month} {year}"),
        (rf"avant (?:le )?{_DATE}", "before {day} {month} {year}"),
        (rf"jusqu['’]au {_DATE}", "until {day} {month} {year}"),
        (r"depuis (?:le mois de |le mois d['’]|début |fin )?{month}(?: {year})?", "since {month} {year}"),
        (r"depuis {weekday}(?: dernier)?", "since {weekday}"),
        (r"depuis hier", "since yesterday"),
        (rf"depuis (?:la |l['’]|le ){{unit}} {_LAST}", "since last {unit}"),
        (r"depuis {count} {unit}", "since {count} {unit}s ago"),
        (rf"(?:le |du )?{_DATE}", "on {day} {month} {year}"),
        (r"(?:en |au mois de |au mois d['’]|de |d['’])?{month} {year}", "in {month} {year}"),
        (r"(?:au )?(?:premier|1er) trimestre (?:de )?{year}", "in the first quarter of {year}"),
        (r"(?:au )?(?:deuxième|2e) trimestre (?:de )?{year}", "in the second quarter of {year}"),
        (r"(?:au )?(?:troisième|3e) trimestre (?:de )?{year}", "in the third quarter of {year}"),
        (r"(?:au )?(?:quatrième|4e) trimestre (?:de )?{year}", "in the fourth quarter of {year}"),
        (r"(?:en|au mois de|au mois d['’]) ?{month}", "in {month}"),
        (
            rf"(?:ces |(?:au cours |dans )?(?:des |les )){{count}} {_LAST} {{unit}}",
            "in the last {count} {unit}s",
        ),
        (r"il y a {count} {unit}", "{count} {unit}s ago"),
        (rf"(?:le )?week-?end {_LAST}", "last weekend"),
        (r"ce week-?end", "this weekend"),
        (rf"(?:la |le |l['’]){{unit}} {_LAST}", "last {unit}"),
        (r"{weekday}(?: dernier| soir| matin)?", "on {weekday}"),
        (r"avant-hier", "the day before yesterday"),
        (r"hier(?: soir| matin)?", "yesterday"),
        (r"aujourd['’]hui|ce (?:matin|soir)", "today"),
        (r"cette semaine", "this week"),
        (r"ce mois(?:-ci)?", "this month"),
        (r"cette année", "this year"),
        (r"(?:en |de )?{year}", "in {year}"),
        (
            r"derni[eè]re?s? (?:nouvelles?|informations?|actualités?)|récemment|actuellement|en ce moment",
            "latest",
        ),
    ),
)

QUESTIONS = QuestionWords(
    times=TIMES,
    kinds=(
        (
            r"quel (?:pourcentage|prix|montant|taux)|quelle (?:part|somme)|combien (?:coûte"
            r"|d['’]euros|d['’]argent)",
            frozenset(("amount", "number")),
        ),
        (r"combien de temps|pendant combien|quel âge|quelle durée", frozenset(("duration", "number"))),
        (r"combien|quel nombre|à quelle (?:hauteur|distance|vitesse)", frozenset(("number", "amount"))),
        (r"quand|en quelle année|quel jour|quelle date", frozenset(("date",))),
        (r"qui|où|quel(?:le)?s?|lequel|laquelle", frozenset(("name",))),
    ),
    current=(
        r"derni[eè]re?s? (?:nouvelles?|informations?)|actuellement|maintenant"
        r"|aujourd['’]hui|en ce moment|récemment|récents?"
    ),
    overview=(
        r"(?:qu'est-ce qui|qu'est-ce qu'il|que) s'est(?:-il)? passé|que se passe-t-il|qu'est-ce qui se passe"
        r"|quoi de neuf|(?:y a-t-il )?du nouveau|qu'(?:ai-je|est-ce que j'ai) (?:manqué|raté)"
        r"|(?:quelles? (?:sont|est) )?(?:les |l')?(?:(?:principales|dernières|grandes) )*"
        r"(?:actualités?|nouvelles|infos|informations|actus)(?: de| du| d')?"
    ),
    asking=(
        r"(?i:\b(?:nouvelles|actualités|infos|informations) (?:sur|du|de|d['’])|\bs['’]est(?:-il)? passé\b)"
    ),
    leads=r"(?:(?:et|mais|ou|alors|donc|aussi|ok)\b[\s,]*)+",
    fragments=r"(?:qu['’]en est-il|quid)\b|(?:pourquoi|quand|où|qui|comment|depuis quand)\W*$",
    points_back=r"il|elle|ils|elles|lui|eux|celui-ci|celle-ci|cela|ça|ceci|ceux-ci|y|là-bas|leur",
)
