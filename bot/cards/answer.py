"""The card of an answer: the question, the quotes and how sure the bot is.

The parts are laid out by `bot.interactions.answer_layout`. Together they fit into one message
of components, measured after escaping. A quote is shown whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from bot.cards.base import AMBER, BLUE, GREEN, GREY, MAX_SOURCE, period_text, shorten
from bot.cards.quotes import Block, grouped, quote_blocks
from bot.text.language import ENGLISH, _, counted, language_name, percent, speaking, spoken
from bot.text.markdown import block_quote, bold, cut, length, struck, timestamp
from bot.text.source_words import sources_counted
from index import Answer, Coverage, PostedQuote, Quote, QuoteCheck

# Discord shows 4,000 characters of text in one message of components, and has been seen to fail at more than
# about 10,000 bytes, which matters where a character takes three.
MAX_TEXT = 4000
MAX_BYTES = 9000
MAX_HEADING = 256

# Where nothing answers the question, at most MAX_CLOSEST quotes are shown, and only those whose score is at
# least CLOSE times the best one.
MAX_CLOSEST = 2
# The languages of the news that are named, those of the most articles.
MAX_LANGUAGES = 5
CLOSE = 0.5

DOTS = 5

# How a corrected card is made shorter until it fits: the most characters of the old words (None: all),
# whether the new words are shown, and how many quotes are dropped.
_SHORTER = [(None, True, 0), (80, True, 0), *((40, False, dropped) for dropped in range(11))]

# The `since` that makes a search ignore the period that a question names in words.
ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """An answer as Discord markdown: `notices` are shown between the heading and the quotes.

    `quotes` are those of the blocks; a card that was stored as JSON comes back without them. `language` is
    the one that the card is written in; corrections use it, too.
    """

    heading: str
    notices: tuple[str, ...]
    blocks: tuple[Block, ...]
    footer: str
    colour: int
    quotes: tuple[Quote, ...] = ()
    language: str = field(default_factory=spoken)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        blocks = tuple(Block(*block) for block in kept["blocks"])
        language = kept.get("language", ENGLISH)  # cards of older versions were stored without it
        notices = tuple(kept["notices"])
        return cls(kept["heading"], notices, blocks, kept["footer"], kept["colour"], language=language)

    def to_json(self) -> dict[str, Any]:
        return {
            "heading": self.heading,
            "notices": list(self.notices),
            "blocks": [[block.words, block.byline] for block in self.blocks],
            "footer": self.footer,
            "colour": self.colour,
            "language": self.language,
        }

    @property
    def head(self) -> str:
        """The heading and the notices."""
        return "\n".join([f"### {self.heading}", *self.notices])

    @property
    def texts(self) -> list[str]:
        """Every text of the message, in order."""
        footer = [self.footer] if self.footer else []
        return [self.head, *(block.text for block in self.blocks), *footer]

    @property
    def fits(self) -> bool:
        """Whether Discord takes the texts in one message."""
        size = sum(length(text) for text in self.texts)
        return size <= MAX_TEXT and sum(len(text.encode()) for text in self.texts) <= MAX_BYTES


def answer_card(
    answer: Answer, *, typed: str | None = None, context: str | None = None, older: Answer | None = None
) -> AnswerCard:
    """Return the question with its quotes, best first, or that there is no answer, with the closest reports.

    `typed` is the question in the person's own words where the search used others. `context` is the question
    that this one continues. `older` is the answer from all dates where nothing was reported in the period
    that the question names: it is shown instead, under a notice that the reports are older.
    """
    heading = cut(typed or answer.question.text, MAX_HEADING)
    notices = [_continues(context)] if context else []
    if answer.answered:
        stale = answer.stale_since
        if stale:
            dated = f"{timestamp(stale, 'D')}, {timestamp(stale, 'R')}"
            notices.append(_("The newest report on this is from {dated}.").format(dated=dated))
        return _fit(heading, notices, answer.quotes, _sure(answer), AMBER if stale else GREEN)
    notices.append(_nothing_found(answer))
    if older and older.answered:
        notices.append(bold(_("Older reports")))
        return _fit(heading, notices, older.quotes, _sure(older), AMBER)
    notices += _languages(answer)
    notices += _searched(answer.coverage)
    closest = _closest(answer.quotes)
    if closest:
        notices.append(bold(_("Related, but no answer")))
    # No confidence in the footer: readers would take it for how sure the bot is that there is no answer.
    return _fit(heading, notices, closest, "", GREY)


def continuing(card: AnswerCard, question: str | None) -> AnswerCard:
    """Return a stored card with the question that it continues; the card itself where that is not kept."""
    if not question:
        return card
    with speaking(card.language):
        return replace(card, notices=(_continues(question), *card.notices))


def more_card(typed: str, quotes: Sequence[Quote]) -> AnswerCard:
    """Return the card of further quotes on a question that has been answered."""
    heading = cut(typed, MAX_HEADING)
    if not quotes:
        return AnswerCard(heading, (_("There are no further quotes on this."),), (), "", BLUE)
    return _fit(heading, [bold(_("Further quotes"))], quotes, "", BLUE)


def check_card(check: QuoteCheck) -> AnswerCard:
    """Return whether the claimed words are in a stored article: word for word, nearly, or not at all."""
    claimed = block_quote(check.claimed)
    if check.quote is None:
        notice = _("No stored article holds these words. That does not mean that nobody said them.")
        return AnswerCard(_("Not in the index"), (claimed, notice), (), "", GREY)
    if check.kind == "exact":
        return _fit(_("Found word for word"), [], [check.quote], "", GREEN)
    agrees = _("{share} of the words agree with this report:").format(share=percent(check.likeness))
    notices = [claimed, agrees]
    return _fit(_("Nearly the same words"), notices, [check.quote], "", AMBER)


def corrected(card: AnswerCard, quotes: Sequence[PostedQuote]) -> AnswerCard:
    """Return the card with what publishers have changed or withdrawn marked.

    `quotes` are those of its blocks. Changed words are struck through, with the new words below. Where that
    is too long for one message, the old words are shortened, then the new words left out, then whole quotes
    dropped from the end.
    """
    if all(quote.state == "stands" for quote in quotes):
        return card
    for old, new, dropped in _SHORTER:
        pairs = zip(card.blocks, quotes, strict=True)
        with speaking(card.language):
            blocks = [_corrected(block, quote, old, new) for block, quote in pairs]
        kept = blocks[: len(blocks) - dropped]
        changed = replace(card, blocks=tuple(kept), colour=AMBER)
        if changed.fits:
            return changed
    raise ValueError("the head alone is longer than a message")


def _corrected(block: Block, quote: PostedQuote, old: int | None, new: bool) -> Block:
    if quote.state == "stands" or quote.changed_at is None:
        return block
    changed, withdrawn = _("changed by the publisher {when}"), _("withdrawn by the publisher {when}")
    what = changed if quote.state == "changed" else withdrawn
    lines = [
        struck(quote.text if old is None else shorten(quote.text, old)),
        f"-# {what.format(when=timestamp(quote.changed_at))}",
    ]
    if new and quote.new_text:
        lines.append(block_quote(quote.new_text))
    return Block("\n".join(lines), block.byline)


def _fit(
    heading: str, notices: Sequence[str], quotes: Sequence[Quote], footer: str, colour: int
) -> AnswerCard:
    """Return a card with as many quotes as fit whole, the first ones, and a note on how many are missing."""
    for kept in range(len(quotes), -1, -1):
        missing = len(quotes) - kept
        note = f"-# {_missing(missing)}" if missing else ""
        small = "\n".join(line for line in (note, footer) if line)
        groups = grouped(quotes[:kept])
        shown = tuple(quote for group in groups for quote in group)
        card = AnswerCard(heading, tuple(notices), tuple(quote_blocks(groups)), small, colour, shown)
        if card.fits:
            return card
    raise ValueError("the head alone is longer than a message")


def _missing(quotes: int) -> str:
    return counted(
        "{count} more quote would not fit in one message.",
        "{count} more quotes would not fit in one message.",
        quotes,
    )


def _continues(question: str) -> str:
    return "-# " + _("continues: {question}").format(question=cut(question, MAX_HEADING))


def _sure(answer: Answer) -> str:
    """Return how sure the bot is that the quotes answer the question, and the period that it searched."""
    full = round(answer.confidence * DOTS)
    sure = _("{share} sure").format(share=percent(answer.confidence))
    facts = [f"{'●' * full}{'○' * (DOTS - full)} {sure}"]
    if period := _period(answer):
        facts.append(_("published {period}").format(period=period))
    return "-# " + " · ".join(facts)


def _period(answer: Answer) -> str:
    since = None if answer.since == ANY_TIME else answer.since
    return period_text(since, answer.until)


def _nothing_found(answer: Answer) -> str:
    searched, scope = answer.articles_searched, _scope(answer)
    if not searched:
        return _("There are no stored articles to search{scope}.").format(scope=scope)
    return counted(
        "No answer found in the one article searched{scope}.",
        "No answer found in the {count} articles searched{scope}.",
        searched,
        scope=scope,
    )


def _scope(answer: Answer) -> str:
    """Return in brackets the limits of the search: its source and the time of publishing."""
    facts = [bold(shorten(answer.question.source, MAX_SOURCE))] if answer.question.source else []
    if period := _period(answer):
        facts.append(_("published {period}").format(period=period))
    return f" ({', '.join(facts)})" if facts else ""


def _languages(answer: Answer) -> list[str]:
    """Return which languages the news is in, where the question is in none of them."""
    held = answer.coverage.languages if answer.coverage else ()
    if not held or answer.language in held:
        return []
    names = ", ".join(language_name(code) for code in held[:MAX_LANGUAGES])
    return [_("The news here is in: {languages}.").format(languages=names)]


def _searched(coverage: Coverage | None) -> list[str]:
    if coverage is None or coverage.oldest is None or coverage.newest is None:
        return []
    first, last = timestamp(coverage.oldest, "d"), timestamp(coverage.newest, "d")
    dates = first if first == last else f"{first} – {last}"
    return [f"-# {sources_counted(coverage.sources)} · {dates}"]


def _closest(quotes: Sequence[Quote]) -> Sequence[Quote]:
    return [quote for quote in quotes[:MAX_CLOSEST] if quote is quotes[0] or _is_close(quote, quotes[0])]


def _is_close(quote: Quote, best: Quote) -> bool:
    return quote.score >= CLOSE * best.score
