"""Spanish words for questions and times."""

from index.languages.question_words import QuestionWords
from index.languages.times import TimeWords

_DAY = r"{day} de {month}"
_DATE = r"{day} de {month}(?: (?:de|del) {year})?"
_SECOND = r"{day2} de {month2}(?: (?:de|del) {year})?"
_LAST = r"(?:pasad[oa]s?|últim[oa]s?|anterior)"

TIMES = TimeWords(
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre|setiembre"),
        *("octubre", "noviembre", "diciembre"),
    ),
    weekdays=("lunes", "martes", "miércoles|miercoles", "jueves", "viernes", "sábado|sabado", "domingo"),
    counts={
        "un": 1,
        "una": 1,
        "dos": 2,
        "tres": 3,
        "cuatro": 4,
        "cinco": 5,
        "seis": 6,
        "siete": 7,
        "ocho": 8,
        "nueve": 9,
        "diez": 10,
        "doce": 12,
        "quince": 15,
    },
    units={
        "día": "day",
        "días": "day",
        "dia": "day",
        "dias": "day",
        "semana": "week",
        "semanas": "week",
        "mes": "month",
        "meses": "month",
        "año": "year",
        "años": "year",
    },
    phrases=(
        (
            rf"(?:entre|desde|del) (?:el )?{_DAY} (?:y|hasta|al) (?:el )?{_SECOND}",
            "between {day} {month} and {day2} {month2} {year}",
        ),
        (
            r"(?:entre|desde|del) (?:el )?{day} (?:y|hasta"
            r"|al) (?:el )?{day2} de {month2}(?: (?:de|del) {year})?",
            "between {day} and {day2} {month2} {year}",
        ),
        (rf"desde (?:el )?{_DATE}", "since {day} {month} {year}"),
        (rf"(?:después|despues) del? {_DATE}", "after {day} {month} {year}"),
        (rf"antes del? {_DATE}", "before {day} {month} {year}"),
        (rf"hasta (?:el )?{_DATE}", "until {day} {month} {year}"),
        (r"desde (?:finales de |principios de )?{month}(?: (?:de|del) {year})?", "since {month} {year}"),
        (r"desde el (?:pasado )?{weekday}", "since {weekday}"),
        (r"desde ayer", "since yesterday"),
        (rf"desde (?:la|el) {{unit}} {_LAST}", "since last {unit}"),
        (r"desde hace {count} {unit}", "since {count} {unit}s ago"),
        (rf"(?:el )?(?:pasado )?{_DATE}", "on {day} {month} {year}"),
        (r"(?:en |durante )?{month} (?:de|del) {year}", "in {month} {year}"),
        (r"(?:en )?el primer trimestre de {year}", "in the first quarter of {year}"),
        (r"(?:en )?el segundo trimestre de {year}", "in the second quarter of {year}"),
        (r"(?:en )?el tercer trimestre de {year}", "in the third quarter of {year}"),
        (r"(?:en )?el cuarto trimestre de {year}", "in the fourth quarter of {year}"),
        (r"(?:en|durante) {month}", "in {month}"),
        (rf"(?:en |durante )?(?:los|las) {_LAST} {{count}} {{unit}}", "in the last {count} {unit}s"),
        (r"hace {count} {unit}", "{count} {unit}s ago"),
        (rf"(?:el )?fin de semana {_LAST}|(?:el )?{_LAST} fin de semana", "last weekend"),
        (r"este fin de semana", "this weekend"),
        (rf"(?:en )?(?:la |el )?(?:{{unit}} {_LAST})", "last {unit}"),
        (r"(?:el )?(?:pasado )?{weekday}(?: pasado)?", "on {weekday}"),
        (r"anteayer|antes de ayer", "the day before yesterday"),
        (r"ayer|anoche", "yesterday"),
        (r"hoy|esta (?:mañana|tarde|noche)", "today"),
        (r"esta semana", "this week"),
        (r"este mes", "this month"),
        (r"este año", "this year"),
        (r"(?:en |de )?{year}", "in {year}"),
        (r"últim[oa]s? (?:noticias?|novedades)|recientemente|actualmente|últimamente", "latest"),
    ),
)

QUESTIONS = QuestionWords(
    times=TIMES,
    kinds=(
        (
            r"qué (?:porcentaje|precio|cantidad)|cuál (?:es|fue|era) el (?:precio|porcentaje"
            r"|importe)|cuánto (?:cuesta|costó|dinero|cuestan)",
            frozenset(("amount", "number")),
        ),
        (r"cuánto tiempo|qué edad|cuántos años tiene|cuánto dur\w+", frozenset(("duration", "number"))),
        (r"cuánt[oa]s?|qué número|a qué (?:altura|velocidad|distancia)", frozenset(("number", "amount"))),
        (r"cuándo|en qué (?:año|fecha|mes)|qué día", frozenset(("date",))),
        (r"quién(?:es)?|dónde|cuál(?:es)?|qué", frozenset(("name",))),
    ),
    current=(
        r"últim[oa]s? (?:noticias?|novedades)|actual(?:mente)?|ahora|hoy|en este momento"
        r"|recientes?|recientemente"
    ),
    overview=(
        r"qué (?:ha pasado|pasó|pasa|ha ocurrido|ocurrió|ha sucedido|sucedió|hay de nuevo|novedades hay"
        r"|noticias hay|me he perdido|me perdí)|(?:cuáles (?:son|fueron) )?(?:las )?"
        r"(?:(?:principales|últimas) )*(?:noticias|novedades|titulares)(?: más importantes)?(?: de| del)?"
    ),
    asking=r"(?i:\b(?:noticias|novedades) (?:sobre|del?)\b|\bqué (?:ha pasado|pasó|ocurrió)\b)",
    leads=r"¿?\s*(?:(?:y|pero|o|entonces|también|vale|ok)\b[\s,]*)+",
    fragments=r"¿?\s*(?:qué hay de|qué pasa con)\b|¿?\s*(?:por qué|cuándo|dónde|quién|cómo|desde cuándo)\W*$",
    points_back=r"él|ella|ellos|ellas|eso|esto|aquello|ese|esa|esos|esas|allí|ahí|le|les|suyo",
)
