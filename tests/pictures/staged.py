"""What the sample articles cannot show: outlets that differ, long answers, other languages, a correction.

The words are made up, and so are the outlets; everything else is what the bot makes of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.cards.answer import AnswerCard, answer_card, corrected
from index import (
    Answer,
    AnswerWords,
    Article,
    AskedQuestion,
    Copy,
    Coverage,
    Event,
    Follow,
    MissedQuestion,
    PostedQuote,
    Quality,
    Question,
    Quote,
    Source,
    Span,
    Status,
    Timeline,
)

# The morning after the newest sample.
NOW = datetime(2025, 10, 24, 9, 30, tzinfo=UTC)

FAILING = Source(
    "https://tribune.example/feed.xml",
    NOW,
    title="Sample Tribune",
    error="https://tribune.example/feed.xml answers 404 (not found): look for its new address on the page.",
)
FOLLOW = Follow(1, "1", None, None, "Who runs the port of Northhaven?", NOW - timedelta(days=9))


def article(source: str, title: str, text: str, hours: int, *, updated: bool = False) -> Article:
    """Return an article that was published some hours ago."""
    host = source.split()[-1].lower() if source.isascii() else "shimbun"
    published = NOW - timedelta(hours=hours)
    return Article(
        id=f"{host}-{hours}",
        url=f"https://{host}.example/{hours}",
        title=title,
        text=text,
        source=source,
        published_at=published,
        updated_at=published + timedelta(minutes=50) if updated else None,
    )


def answer(question: str, quotes: list[Quote], **parts: object) -> Answer:
    """Return an answer that is sure of itself."""
    searched = Coverage(1842, 12, NOW - timedelta(days=600), NOW)
    bare = Answer(
        Question(question, as_of=NOW),
        NOW,
        None,
        None,
        True,
        0.91,
        tuple(quotes),
        12.0,
        1842,
        coverage=searched,
    )
    return replace(bare, **parts)  # type: ignore[arg-type]


def searched(status: Status) -> Coverage:
    """Return what an edition holds, as the bot knows it beside an answer."""
    return Coverage(status.articles, status.sources, None, status.newest)


def quote(said: Article, words: str = "") -> Quote:
    """Return a quote of the whole article, or of some words of it."""
    start = said.text.index(words)
    return Quote(said, Span(start, start + len(words or said.text)), 0.9)


def words(said: Article, part: str, *outlets: str) -> AnswerWords:
    start = said.text.index(part)
    return AnswerWords(said, Span(start, start + len(part)), outlets or (said.source,))


WIRE = article(
    "Sample Wire",
    "Ferry with workers runs aground off Northhaven",
    "The ferry had 412 people on board when it ran aground in the fog, the coastguard said on Thursday.",
    14,
)
HERALD = article(
    "Sample Herald",
    "Fog sends ferry onto the rocks",
    "According to the shipping company, 398 passengers and crew were on the ferry.",
    11,
    updated=True,
)
GERMAN = article(
    "Beispielblatt",
    "Nordhafen wählt: Ada Brandt gewinnt die Stichwahl",
    "Ada Brandt hat die Stichwahl um das Amt der Oberbürgermeisterin mit 53,2 Prozent gewonnen.",
    15,
    updated=True,
)
JAPANESE = article(
    "見本新聞",
    "北港市長選、安田氏が初当選 投票率は48.1%",
    "任期満了に伴う北港市長選は23日に投開票され、新人の安田恵氏が現職を破り、初めての当選を確実にした。",
    15,
)
LONG_TITLE = (
    "“We had [almost] no *warning*”: how the villages along the upper Northhaven valley lived through the "
    "longest night of the flood, and what its engineers say now"
)
LONG = article(
    "The Northhaven Evening Courier and Advertiser",
    LONG_TITLE,
    "The reservoir above the valley had stood at ninety-eight per cent of its capacity since the second week"
    " of September, two engineers who work at the dam told the inquiry, and the gates that should have let"
    " water out in time were opened only after the control room had lost its connection to the gauge at the"
    " upper bridge for the third time that night.",
    30,
    updated=True,
)
HEBREW = article(
    "עיתון לדוגמה",
    "המעבורת עלתה על שרטון ליד הנמל 🚢",
    "412 בני אדם היו על המעבורת כשעלתה על שרטון בערפל, נמסר ממשמר החופים.",
    13,
)


def differing() -> Answer:
    return answer(
        "How many people were on the ferry?",
        [quote(WIRE), quote(HERALD)],
        words=words(WIRE, "412"),
        differing=words(HERALD, "398"),
    )


def long_answer() -> Answer:
    """Return an answer in which everything is long, and a part is written from right to left."""
    said = words(
        LONG,
        "the gates that should have let water out in time were opened only after the control room had lost"
        " its connection",
        "The Northhaven Evening Courier and Advertiser",
        "עיתון לדוגמה",
        "Sample Herald",
        "Sample Wire",
        "Sample Tribune",
    )
    asked = "Why did the villages in the upper valley have so little time to get away that night?"
    return answer(
        asked,
        [quote(LONG), quote(HEBREW), quote(HERALD)],
        words=said,
        confidence=0.7,
        stale_since=NOW - timedelta(days=40),
    )


def german() -> Answer:
    return answer(
        "Wer hat die Wahl in Nordhafen gewonnen?", [quote(GERMAN)], words=words(GERMAN, "Ada Brandt")
    )


def japanese() -> Answer:
    return answer("北港市の市長選で誰が当選しましたか", [quote(JAPANESE)], words=words(JAPANESE, "安田恵氏"))


def alert_quotes() -> list[Quote]:
    port = article(
        "Sample Tribune",
        "Northhaven names harbour master",
        "The council has appointed Mira Okafor as head of the port of Northhaven from January.",
        1,
    )
    return [replace(quote(port), also_in=(Copy("Sample Post", "https://post.example/1", NOW),))]


# Articles on the ferry, day by day from the day on which it ran aground.
FERRY_DAYS = (9, 17, 12, 7, 4, 2, 0, 3, 1, 0, 0, 2, 1, 8, 5, 2, 1, 0, 1, 0, 4, 11, 6, 3, 1)
QUALITY = Quality(
    143,
    118,
    {"helpful": 31, "wrong": 2, "outdated": 4},
    (
        MissedQuestion("When does the new ferry terminal open?", 4),
        MissedQuestion("Who won the harbour derby?", 2),
    ),
    private=12,
)


def timeline() -> Timeline:
    """Return a topic with so many articles that its plot shows more than its events do."""
    aground = article(
        "Sample Wire",
        "Ferry with workers runs aground off Northhaven",
        "The ferry had 412 people on board when it ran aground in the fog, the coastguard said.",
        24 * 25,
    )
    inquiry = article(
        "Sample Herald",
        "Inquiry into ferry accident opens",
        "An inquiry into the accident opened in Northhaven; the captain is to speak on its first day.",
        24 * 11,
    )
    sails = article(
        "Sample Tribune",
        "Repaired ferry sails again",
        "Three weeks after the accident, the ferry sails between Northhaven and the islands again.",
        24 * 4,
    )
    start = (NOW - timedelta(days=len(FERRY_DAYS))).date()
    coverage = [(start + timedelta(days=day), count) for day, count in enumerate(FERRY_DAYS) if count]
    events = [Event(_day(said), quote(said), reports) for said, reports in ((aground, 38), (inquiry, 15))]
    last = Event(_day(sails), quote(sails), 21)
    return Timeline(Question("the ferry accident"), NOW, None, None, (*events, last), tuple(coverage))


def _day(said: Article) -> date:
    return said.published_at.date()


def asked_questions() -> list[AskedQuestion]:
    return [AskedQuestion(NOW, missed.question, False, 0.1, (), {}) for missed in QUALITY.missed]


def correction() -> AnswerCard:
    """Return the card of an answer after its publisher has changed what it quotes."""
    before = answer(differing().question.text, [quote(WIRE)], words=words(WIRE, "412"))
    posted = PostedQuote.of(before.quotes[0])
    now = WIRE.text.replace("412", "421")
    changed = replace(posted, state="changed", new_text=now, changed_at=NOW - timedelta(minutes=20))
    return corrected(answer_card(before), [changed])
