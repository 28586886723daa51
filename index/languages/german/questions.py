"""German words for questions and times."""

from index.languages.question_words import QuestionWords
from index.languages.times import TimeWords

_LAST = r"(?:letzten?|letzter|letztes|vergangenen?|vergangenes|vorigen?|voriges)"
_DAY = r"{day}\. ?{month}"
_DATE = r"{day}\. ?{month}(?: {year})?"
_SECOND = r"{day2}\. ?{month2}(?: {year})?"

TIMES = TimeWords(
    months=(
        *("januar|jänner|jan", "februar|feb", "märz", "april|apr", "mai", "juni|jun", "juli|jul"),
        *("august|aug", "september|sept|sep", "oktober|okt", "november|nov", "dezember|dez"),
    ),
    weekdays=(
        *("montags?", "dienstags?", "mittwochs?", "donnerstags?", "freitags?", "samstags?|sonnabends?"),
        "sonntags?",
    ),
    counts={
        "einem": 1,
        "einer": 1,
        "ein": 1,
        "zwei": 2,
        "drei": 3,
        "vier": 4,
        "fünf": 5,
        "sechs": 6,
        "sieben": 7,
        "acht": 8,
        "neun": 9,
        "zehn": 10,
        "zwölf": 12,
        "vierzehn": 14,
    },
    units={
        "tage": "day",
        "tagen": "day",
        "tag": "day",
        "woche": "week",
        "wochen": "week",
        "monat": "month",
        "monate": "month",
        "monaten": "month",
        "jahr": "year",
        "jahre": "year",
        "jahren": "year",
    },
    phrases=(
        (
            rf"(?:zwischen|vom?) (?:dem )?{_DAY} (?:und|bis) (?:zum |dem )?{_SECOND}",
            "between {day} {month} and {day2} {month2} {year}",
        ),
        (
            r"(?:zwischen|vom?) (?:dem )?{day}\. (?:und|bis) (?:zum |dem )?{day2}\. ?{month2}(?: {year})?",
            "between {day} and {day2} {month2} {year}",
        ),
        (rf"(?:seit|ab) (?:dem )?{_DATE}", "since {day} {month} {year}"),
        (rf"nach (?:dem )?{_DATE}", "after {day} {month} {year}"),
        (rf"vor (?:dem )?{_DATE}", "before {day} {month} {year}"),
        (rf"bis (?:zum )?{_DATE}", "until {day} {month} {year}"),
        (r"seit (?:anfang |ende |mitte )?{month}(?: {year})?", "since {month} {year}"),
        (rf"seit (?:{_LAST} )?{{weekday}}", "since {weekday}"),
        (r"seit gestern", "since yesterday"),
        (r"seit heute", "since today"),
        (rf"seit {_LAST} {{unit}}", "since last {unit}"),
        (r"seit {count} {unit}", "since {count} {unit}s ago"),
        (rf"(?:am |vom )?{_DATE}", "on {day} {month} {year}"),
        (r"(?:im |in |vom )?(?:{month}) {year}", "in {month} {year}"),
        (r"(?:im|seit dem) (?:ersten|1\.) (?:quartal) {year}", "in the first quarter of {year}"),
        (r"im (?:zweiten|2\.) quartal {year}", "in the second quarter of {year}"),
        (r"im (?:dritten|3\.) quartal {year}", "in the third quarter of {year}"),
        (r"im (?:vierten|4\.) quartal {year}", "in the fourth quarter of {year}"),
        (r"im {month}", "in {month}"),
        (
            r"(?:in |während )?(?:den |der )?(?:letzten|vergangenen) {count} {unit}",
            "in the last {count} {unit}s",
        ),
        (r"vor {count} {unit}", "{count} {unit}s ago"),
        (rf"{_LAST} wochenende", "last weekend"),
        (r"(?:an )?diese[sm] wochenende|am wochenende", "this weekend"),
        (rf"(?:in (?:der )?|im )?{_LAST} {{unit}}", "last {unit}"),
        (rf"(?:am |{_LAST} |diesen ){{weekday}}", "on {weekday}"),
        (r"vorgestern", "the day before yesterday"),
        (r"gestern(?: abend| nacht| morgen)?", "yesterday"),
        (r"heute(?: morgen| früh| abend)?", "today"),
        (r"(?:in )?diese[r]? woche", "this week"),
        (r"(?:in )?diese[nm] monat", "this month"),
        (r"(?:in )?diese[sm] jahr", "this year"),
        (r"(?:im jahr |in )?{year}", "in {year}"),
        (r"neueste\w*|jüngste\w*|zuletzt|aktuell\w*|derzeit|momentan|kürzlich|neulich", "latest"),
    ),
)

QUESTIONS = QuestionWords(
    times=TIMES,
    kinds=(
        (
            r"wie ?viel (?:prozent|geld|euro|dollar)|wie (?:teuer|hoch)|welcher (?:preis|anteil|betrag)",
            frozenset(("amount", "number")),
        ),
        (r"wie (?:lange|alt)", frozenset(("duration", "number"))),
        (r"wie ?viele?|wie (?:weit|groß|oft|schnell|tief|schwer|stark)", frozenset(("number", "amount"))),
        (r"wann|seit wann|in welchem jahr|an welchem tag", frozenset(("date",))),
        (r"wer|wen|wem|wessen|wo|wohin|woher|welche[rsmn]?", frozenset(("name",))),
    ),
    current=r"neueste\w*|jüngste\w*|aktuell\w*|derzeit|momentan|jetzt|gerade|heute|zuletzt|zurzeit",
    overview=(
        r"was (?:ist|war)(?: alles)? (?:passiert|geschehen|los|neu)|was gibt(?: es|'?s)(?: an)? neue[sn]?"
        r"(?: nachrichten)?|gibt(?: es|'?s)(?: etwas| was)? (?:neues|neuigkeiten|neue nachrichten)"
        r"|(?:was (?:sind|waren) )?(?:die )?(?:(?:wichtigsten|neuesten|aktuellen) )*"
        r"(?:nachrichten|schlagzeilen|meldungen|neuigkeiten|news)(?: von| vom| der| aus der)?"
        r"|was (?:habe ich|haben wir) verpasst"
    ),
    asking=(
        r"(?i:(?:gibt es )?(?:etwas |was )?\b(?:neues|neuigkeiten|nachrichten) (?:zu[mr]?|über|vo[nm]|aus)\b"
        r"|\b(?:passiert|geschehen)\b)"
    ),
    leads=r"(?:(?:und|aber|oder|also|dann|auch|okay|ok)\b[\s,]*)+",
    fragments=(
        r"was ist mit\b|wie (?:steht es|sieht es) (?:mit|bei)\b|(?:warum|wieso|wann|wo"
        r"|wer|wie|seit wann)\W*$"
    ),
    points_back=r"er|ihn|ihm|sie|ihr|ihnen|dies\w*|jene\w*|dort|davon|dazu|dabei|dafür|dagegen|damit|darüber",
)
