"""Answers, headlines and reports for the terminal.

Everything that comes from an article goes through `printable` and into `rich.text.Text`, never into markup:
brackets stay brackets, and no control character reaches the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.text.answer_words import how_sure, outlets_named, words_of
from bot.text.language import counted, languages_named
from bot.text.sizes import index_sizes
from bot.text.source_words import outlets_counted, stored_line
from index import (
    Answer,
    AnswerWords,
    Article,
    Copy,
    Evaluation,
    Explanation,
    Failure,
    Figure,
    Finding,
    Headline,
    IngestReport,
    Miss,
    NewsError,
    Quote,
    ReindexReport,
    Status,
    public_address,
    written_in,
)

# The languages that are named where a question is in none of them.
MAX_LANGUAGES = 5
FAILURES_SHOWN = 10
NO_ARTICLES = "There are no articles yet: add some with `newsbot ingest PATH_OR_URL`."

# C0 and C1 controls except line feed and tab, line separators, marks that reverse the direction of the text
# after them, and lone surrogates, which cannot be encoded.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BROWSABLE = re.compile(r"(https?|file)://\S+", re.IGNORECASE)
_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failure": ("✗", "red")}
_UNITS = (
    ("year", timedelta(days=365)),
    ("month", timedelta(days=30)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)


def printable(text: str) -> str:
    """Return the text with a replacement character for each character that could control the terminal."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def show(console: Console, *views: RenderableType) -> None:
    """Print views. Lines are not cropped, so that addresses stay whole where the output is not a terminal."""
    console.print(*views, sep="\n", crop=False, markup=False, emoji=False, highlight=False)


def answer_view(answer: Answer, zone: tzinfo, *, echo: bool = True) -> RenderableType:
    """Return the question (unless `echo` is off), the words that answer, then the quotes that carry them.

    Or else the stories, where the question is about many things, or the closest reports.
    """
    views: list[RenderableType] = []
    if echo:
        views += [Text(printable(answer.question.text), "dim"), *_period(answer, zone), *_told(answer), ""]
    if answer.stories:
        return Group(*views, *(_story(story, zone, answer.as_of) for story in answer.stories))
    words = words_of(answer) if answer.answered else []
    if words:
        views += [Text(" — ").join(_said(one) for one in words), ""]
    if not answer.answered:
        views += [Text(_no_answer(answer), "yellow"), ""]
    for quote in answer.quotes:
        colour = "green" if answer.answered else "bright_black"
        views += [quote_view(quote, zone, answer.as_of, colour, words), ""]
    explained = [] if answer.explanation is None else _explained(answer, answer.explanation, zone)
    return Group(*views, _footer(answer), *explained)


def _said(words: AnswerWords) -> Text:
    """Return the words that answer in bold type, with the outlets that say so."""
    outlets = outlets_named([one_line(outlet) for outlet in words.outlets])
    return Text.assemble((one_line(words.text), "bold"), f" · {outlets}")


def _story(headline: Headline, zone: tzinfo, now: datetime) -> RenderableType:
    """Return a story in one line: outlet, headline, how many outlets have it, and its age."""
    article = headline.article
    outlets = {article.source, *(copy.source for copy in headline.also_in)}
    facts = [Text(outlets_counted(len(outlets)))] if len(outlets) > 1 else []
    line = Text(" · ").join([_source_and_headline(article, article.url), *facts, Text(_age(article, now))])
    return Group(Prefixed(line, " • ", "   "), _Address(public_address(article.url), "   "))


def latest_view(headlines: Sequence[Headline], zone: tzinfo, now: datetime) -> RenderableType:
    if not headlines:
        return Text("No article matches: `newsbot status` shows what is stored.")
    views: list[RenderableType] = []
    for headline in headlines:
        article = headline.article
        views.append(Prefixed(_source_and_headline(article, article.url), "", ""))
        views.append(_about(article, headline.also_in, zone, now))
        views += [Prefixed(Text(one_line(highlight)), " • ", "   ") for highlight in headline.highlights]
        views.append("")
    return Group(*views[:-1])


def status_view(status: Status, zone: tzinfo, now: datetime) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    rows = {
        "State": status.state,
        "Articles": f"{status.articles:,}",
        "Passages": f"{status.passages:,}",
        "Newest": when(status.newest, zone, now) if status.newest else "none",
        "Sources": f"{status.sources:,}",
        "Kept fresh": _kept_fresh(status),
        "Index": ", ".join([status.index, *index_sizes(status)]),
        "Model": status.model,
        "Database": status.database,
    }
    for name, value in rows.items():
        table.add_row(Text(name, "dim"), Text(printable(value)))
    faults = [fault.why for fault in status.faults]
    notes = [Text(printable(note), "yellow") for note in (status.remedy, *faults, status.caveat) if note]
    failures = [Failure(source.url, source.error or "") for source in status.failing]
    return Group(table, *notes, *failures_view(failures))


def findings_view(findings: Sequence[Finding]) -> RenderableType:
    """Return a line for each check, and below it what to do, if anything."""
    views = []
    for finding in findings:
        mark, style = _MARKS[finding.severity]
        line = Text.assemble((f"{mark} {finding.check}: ", style), one_line(finding.finding))
        views.append(Prefixed(line, "", "  "))
        if finding.remedy:
            views.append(Prefixed(Text(one_line(finding.remedy)), "  → ", "    "))
    return Group(*views)


def _kept_fresh(status: Status) -> str:
    addresses = f"{status.addresses:,} address{'' if status.addresses == 1 else 'es'}"
    return f"{addresses}, {len(status.failing):,} failing" if status.failing else addresses


def ingest_view(report: IngestReport) -> RenderableType:
    return Group(Text(stored_line(report)), *failures_view(report.failed))


def reindex_view(report: ReindexReport) -> RenderableType:
    embedded = counted("{count} passage embedded again", "{count} passages embedded again", report.embedded)
    return Group(ingest_view(report.ingested), Text(embedded))


def evaluation_view(evaluation: Evaluation, misses: int) -> RenderableType:
    """Return at most `misses` of the misses, then the figures."""
    shown = [_miss_view(miss) for miss in evaluation.misses[:misses]]
    return Group(
        *shown, _measures_table(evaluation), Text(f"SHA-256 of all answers:\n{evaluation.digest}", "dim")
    )


def sentence(error: Exception) -> str:
    """Return one printable line for an error: the text of a NewsError, else its type and text."""
    own_words = one_line(str(error))
    if isinstance(error, NewsError) and own_words:
        return own_words
    return (
        f"Something unforeseen went wrong ({type(error).__name__}: {own_words}): "
        "set NEWS_LOG_LEVEL=DEBUG and try again to see where."
    )


def error_view(message: str) -> RenderableType:
    return Text(printable(message), "red")


def ago(moment: datetime, now: datetime) -> str:
    """Return "2 days ago", "in 3 hours" or "just now"."""
    distance = abs(now - moment)
    for name, unit in _UNITS:
        if count := distance // unit:
            phrase = f"{count} {name}{'s' if count > 1 else ''}"
            return f"{phrase} ago" if moment < now else f"in {phrase}"
    return "just now"


@dataclass(frozen=True, slots=True)
class Prefixed:
    """Text whose first line begins with `first`, such as a bullet, and every other line with `rest`."""

    text: Text
    first: str
    rest: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        lines = self.text.wrap(console, max(options.max_width - len(self.rest), 1))
        for number, line in enumerate(lines):
            line.rstrip()
            yield Text.assemble((self.rest if number else self.first, self.style), line)


@dataclass(frozen=True, slots=True)
class _Address:
    """An address, shown only where a link cannot be clicked, and never broken."""

    url: str
    indent: str

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Text]:
        if not options.is_terminal:
            yield Text(self.indent + one_line(self.url), no_wrap=True, overflow="ignore")


def quote_view(
    quote: Quote, zone: tzinfo, now: datetime, colour: str = "green", strong: Sequence[AnswerWords] = ()
) -> RenderableType:
    """Return who speaks, then the words of a quote beside a coloured bar, then the exact times.

    The words of `strong` are in bold type, as the words that answer above them.
    """
    article = quote.article
    facts = [_source_and_headline(article, quote.link), Text(_age(article, now))]
    if article.updated_at:
        facts.append(Text("updated"))
    said = Prefixed(_quoted(quote, strong), "▌ ", "▌ ", colour)
    about = _about(article, quote.also_in, zone, now, indent="  ")
    return Group(Prefixed(Text(" · ").join(facts), "  ", "  "), said, *_event(quote, zone), about)


def _event(quote: Quote, zone: tzinfo) -> list[RenderableType]:
    """Return what the words for a time in a quote mean, unless that is the day of publishing."""
    if not (event := quote.past_event):
        return []
    local = [day.astimezone(zone) for day in event.days]
    days = dict.fromkeys(f"{day.day} {day:%b %Y}" for day in local)
    meaning = f"“{one_line(event.phrase)}” is {' to '.join(days)}"
    return [Prefixed(Text(meaning, "dim"), "  ", "  ")]


def _quoted(quote: Quote, strong: Sequence[AnswerWords]) -> Text:
    """Return the words of a quote, those of `strong` in bold type.

    The offsets stay valid because `printable` replaces characters one by one.
    """
    text = Text(printable(quote.text))
    for words in strong:
        start, end = words.span.start - quote.span.start, words.span.end - quote.span.start
        if words.article == quote.article and start >= 0 and end <= len(quote.text):
            text.stylize("bold", start, end)
    return text


def _source_and_headline(article: Article, link: str) -> Text:
    """Return who speaks: the outlet, and the headline as a link."""
    headline = Text(one_line(article.title) or "Untitled", Style(link=_safe_link(link)))
    return Text.assemble(one_line(article.source), " · ", headline)


def _age(article: Article, now: datetime) -> str:
    match article.published_precision:
        case "seen":
            return f"first seen {ago(article.published_at, now)}"
        case "day":
            return f"{article.published_at.day} {article.published_at:%b %Y}"
        case _:
            return ago(article.published_at, now)


def _about(
    article: Article, also_in: Sequence[Copy], zone: tzinfo, now: datetime, indent: str = ""
) -> RenderableType:
    """Return the exact times, and the other outlets that have the story."""
    lines = [Text(_published(article, zone, now), "dim")]
    if article.updated_at:
        lines.append(Text(f"updated {when(article.updated_at, zone, now)}", "dim"))
    if also_in:
        lines.append(_also_in(also_in))
    return Group(
        *(Prefixed(line, indent, indent) for line in lines), _Address(public_address(article.url), indent)
    )


def _published(article: Article, zone: tzinfo, now: datetime) -> str:
    """Say when an article was published, as exactly as that is known, or first seen."""
    match article.published_precision:
        case "seen":
            return f"first seen {when(article.published_at, zone, now)}, its date is not known"
        case "day":
            return f"published {article.published_at.day} {article.published_at:%b %Y}"
        case _:
            return f"published {when(article.published_at, zone, now)}"


def _also_in(copies: Sequence[Copy]) -> Text:
    names = [Text(one_line(copy.source), Style(link=_safe_link(copy.url))) for copy in copies]
    return Text.assemble("also in ", Text(", ").join(names), style="dim")


def _explained(answer: Answer, explanation: Explanation, zone: tzinfo) -> list[RenderableType]:
    confidence = Text(f"confidence {answer.confidence:.2f}", "bright_black")
    return [confidence, "", _explain_view(explanation, zone)]


def _explain_view(explanation: Explanation, zone: tzinfo) -> RenderableType:
    """Return why the answer is given, and the figures behind its confidence and the quotes' scores."""
    views: list[RenderableType] = [Text(printable(explanation.why))]
    if explanation.phrase:
        views.append(Text(_understood(explanation, zone)))
    views += ["", _evidence_table(explanation)]
    if explanation.quotes:
        views += ["", _scores_table(explanation)]
    return Group(*views)


def _understood(explanation: Explanation, zone: tzinfo) -> str:
    limits = {"since": explanation.since, "until": explanation.until}
    named = " ".join(f"{word} {_absolute(moment, zone)}" for word, moment in limits.items() if moment)
    only = "" if explanation.limited else " (reports from other times count less)"
    return f"“{one_line(explanation.phrase or '')}” was understood as {named}{only}."


def _evidence_table(explanation: Explanation) -> Table:
    table = _table("Confidence", "value", "weight", "adds")
    for name, value, weight in explanation.evidence:
        table.add_row(name, f"{value:.2f}", f"{weight:.2f}", f"{value * weight:.2f}")
    table.add_row("intercept", "", "", f"{explanation.intercept:.2f}")
    total = explanation.intercept + _sum(explanation.evidence)
    table.add_row("sum", "", "", f"{total:.2f}", style="bold")
    return table


def _scores_table(explanation: Explanation) -> Table:
    """Return a table with a column for each quote: first the figures of its passage, then of its score."""
    quotes = explanation.quotes
    table = _table("Quotes", "weight", *(str(number) for number in range(1, len(quotes) + 1)))
    for name in ("dense", "lexical", "recency", "passage_score"):
        label = f"passage: {name.removeprefix('passage_')}"
        table.add_row(label, "", *(f"{getattr(quote, name):.2f}" for quote in quotes))
    for figures in zip(*(quote.figures for quote in quotes), strict=True):
        name, _, weight = figures[0]
        table.add_row(name, f"{weight:.2f}", *(f"{figure.value:.2f}" for figure in figures))
    table.add_row("score", "", *(f"{quote.score:.2f}" for quote in quotes), style="bold")
    return table


def _sum(figures: Sequence[Figure]) -> float:
    return sum(figure.value * figure.weight for figure in figures)


def _table(title: str, *columns: str) -> Table:
    table = Table(title, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _measures_table(evaluation: Evaluation) -> Table:
    measures = evaluation.measures
    table = _table(f"{evaluation.model}, {_articles(evaluation.articles)}", "measure")
    depths = {1: "", 3: " three", 5: " five"}
    for what, shares in (("quote", measures.quotes_at), ("passage", measures.passages_at)):
        for depth, share in shares.items():
            place = f"first{depths.get(depth, f' {depth}')} {what}{'s' if depth > 1 else ''}"
            table.add_row(f"Answer in the {place}", f"{share:.3f}")
    rows = {
        "Mean reciprocal rank": f"{measures.mean_reciprocal_rank:.3f}",
        "AUROC of confidence": f"{measures.auroc:.3f}",
        f"Answered of the {measures.answerable:,} answerable": f"{measures.answered_of_answerable:.3f}",
        f"Answered of the {measures.unanswerable:,} unanswerable": f"{measures.answered_of_unanswerable:.3f}",
        "Quotes that are exact slices": f"{measures.exact_slices:.3f}",
        f"Right of the {measures.answer_spans:,} marked answers": f"{measures.answer_spans_right:.3f}",
        f"Threshold (suggested: {measures.suggested_threshold:.3f})": f"{evaluation.threshold:.3f}",
        "Median time": f"{measures.median_ms:,.0f} ms",
        "99th percentile of time": f"{measures.p99_ms:,.0f} ms",
        "Misses": f"{len(evaluation.misses):,}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    for baseline in evaluation.baselines:
        found = " / ".join(f"{share:.3f}" for share in baseline.quotes_at.values())
        table.add_row(f"Beside it: {baseline.name}, in one, three, five quotes", found)
    return table


def _miss_view(miss: Miss) -> RenderableType:
    """Return the question, the accepted answers, and the first three quotes of the answer."""
    answer = miss.answer
    accepted = one_line(", ".join(miss.accepted)) or "no answer"
    place = f", found in quote {miss.place}" if miss.place else ""
    about = f"{miss.kind}: {accepted}{place} (confidence {answer.confidence:.2f})"
    quotes = [Prefixed(Text(one_line(quote.text), "dim"), "  ▌ ", "  ▌ ") for quote in answer.quotes[:3]]
    question = Text(one_line(answer.question.text), "bold")
    return Group(question, Prefixed(Text(about, "yellow"), "  ", "  "), *quotes, "")


def _period(answer: Answer, zone: tzinfo) -> list[Text]:
    """Return the limits of time that were given as options or found in the question."""
    limits = {
        "since": answer.since,
        "until": answer.until,
        "as of": answer.question.as_of,
    }
    named = [f"{word} {_absolute(moment, zone)}" for word, moment in limits.items() if moment]
    return [Text(", ".join(named), "dim")] if named else []


def _told(answer: Answer) -> list[Text]:
    """Return what else was searched for than the question says, or which of its words were not understood."""
    lines = []
    if answer.searched_for:
        lines.append(f"searched for: {answer.searched_for}")
    if answer.unclear_time:
        lines.append(f"“{answer.unclear_time}” was not understood as a time: all dates were searched")
    return [Text(one_line(line), "yellow") for line in lines]


def _no_answer(answer: Answer) -> str:
    limited = ""
    if answer.only_languages:
        names = languages_named(answer.only_languages)
        limited = f" Only news in {names} was searched, as this server is set: --language any searches all."
    if not answer.articles_searched:
        is_limited = _is_limited(answer) or limited
        return f"No stored article lies within these limits.{limited}" if is_limited else NO_ARTICLES
    closest = " Closest reports:" if answer.quotes else ""
    held = answer.coverage.languages if answer.coverage else ()
    written = written_in(answer.question.text)
    foreign = held and written and written not in held and not limited
    languages = f" They are in: {languages_named(held[:MAX_LANGUAGES])}." if foreign else ""
    searched = _articles(answer.articles_searched)
    return f"No answer found in the {searched} searched.{languages}{limited}{closest}"


def _is_limited(answer: Answer) -> bool:
    question = answer.question
    return any((answer.since, answer.until, question.source, question.as_of, question.language))


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"


def _footer(answer: Answer) -> Text:
    """Return how much was searched, and for an answer how sure it is."""
    outlets = f" of {outlets_counted(answer.coverage.sources)}" if answer.coverage else ""
    searched = f"{_articles(answer.articles_searched)}{outlets} searched in {answer.took_ms:,.0f} ms"
    sure = f" · {how_sure(answer.confidence)}" if answer.answered else ""
    return Text(searched + sure, "bright_black")


def failures_view(failed: Sequence[Failure]) -> list[RenderableType]:
    lines = [one_line(failure.sentence) for failure in failed[:FAILURES_SHOWN]]
    more = len(failed) - len(lines)
    if more:
        lines.append(f"and {more:,} more")
    return [Prefixed(Text(line, "yellow"), "  ", "    ") for line in lines]


def when(moment: datetime, zone: tzinfo, now: datetime) -> str:
    return f"{_absolute(moment, zone)} ({ago(moment, now)})"


def _absolute(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _safe_link(url: str) -> str | None:
    """Return an address that a terminal may open as a link, else None.

    Other schemes may run programs, and control characters would end the link.
    """
    shown = public_address(url)
    return shown if _BROWSABLE.fullmatch(shown) and printable(shown) == shown else None
