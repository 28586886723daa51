"""The card of an answer: the words that answer, a quote that carries them, and what was searched.

The parts are laid out by `bot.interactions.answer_layout`. Together they fit into one message
of components, measured after escaping. A quote is shown whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from bot.cards.base import AMBER, BLUE, GREEN, GREY, MAX_SOURCE, Card, Option, fits, period_text, shorten
from bot.cards.quotes import Block, grouped, quote_blocks
from bot.cards.stories import dated_count, only_searched, stories_listed
from bot.text.answer_words import how_sure, outlets_named, words_of
from bot.text.language import ENGLISH, _, counted, language_name, percent, speaking, spoken
from bot.text.markdown import block_quote, cut, plain, struck, timestamp, unescape
from bot.text.source_words import articles_counted
from index import ANY_LANGUAGE, Answer, AnswerWords, PostedQuote, Quote, QuoteCheck

MAX_HEADING = 256

# Where nothing answers the question, at most MAX_CLOSEST quotes are offered, and only those whose score is at
# least CLOSE times the best one.
MAX_CLOSEST = 2
CLOSE = 0.5

# How a corrected card is made shorter until it fits: the most characters of the old words (None: all),
# whether the new words are shown, and how many quotes are dropped.
_SHORTER = [(None, True, 0), (80, True, 0), *((40, False, dropped) for dropped in range(11))]

# Words in bold type, in markdown of our own.
_BOLD = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*")

# The `since` that makes a search ignore the period that a question names in words.
ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """An answer as Discord markdown.

    `heading` is the question, in small print, "" where Discord shows it right above. `notices` are further
    small print below it. `lead` are the lines with the words that answer, or what the message is about.
    `quotes` are those of the blocks; a card that was stored as JSON comes back without them. `language` is
    the one that the card is written in; corrections use it, too. `stories` are those that a menu opens.
    """

    heading: str
    notices: tuple[str, ...]
    blocks: tuple[Block, ...]
    footer: str
    colour: int
    quotes: tuple[Quote, ...] = ()
    language: str = field(default_factory=spoken)
    lead: tuple[str, ...] = ()
    stories: tuple[Option, ...] = ()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return a card that was stored. Those of older versions have no language, lead and stories."""
        return cls(
            kept["heading"],
            tuple(kept["notices"]),
            tuple(Block(*block) for block in kept["blocks"]),
            kept["footer"],
            kept["colour"],
            language=kept.get("language", ENGLISH),
            lead=tuple(kept.get("lead", ())),
            stories=tuple(Option(*story) for story in kept.get("stories", ())),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "heading": self.heading,
            "notices": list(self.notices),
            "blocks": [[block.words, block.byline] for block in self.blocks],
            "footer": self.footer,
            "colour": self.colour,
            "language": self.language,
            "lead": list(self.lead),
            "stories": [list(story) for story in self.stories],
        }

    @property
    def head(self) -> str:
        """What stands above the quotes; it may be empty."""
        heading = [f"-# {self.heading}"] if self.heading else []
        return "\n".join([*heading, *self.notices, *self.lead])

    @property
    def texts(self) -> list[str]:
        """Every text of the message, in order."""
        return [text for text in (self.head, *(block.text for block in self.blocks), self.footer) if text]

    @property
    def fits(self) -> bool:
        """Whether Discord takes the texts in one message."""
        return fits(self.texts)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question was asked, as far as its card shows that.

    `typed` is the question in the person's own words where the search used others. `context` is the question
    that this one continues. `echo` is whether the card repeats the question, because Discord does not show
    it. `outlets` is how many outlets could have been quoted, where that is known.
    """

    typed: str | None = None
    context: str | None = None
    echo: bool = True
    outlets: int | None = None


def answer_card(answer: Answer, asked: Asked | None = None, *, older: Answer | None = None) -> AnswerCard:
    """Return the words that answer and the quotes, best first; or the stories; or that nothing was found.

    `older` is the answer from all dates where nothing was reported in the period that the question names: it
    is shown instead, under a notice that the reports are older.
    """
    asked = asked or Asked()
    heading = cut(asked.typed or answer.question.text, MAX_HEADING) if asked.echo else ""
    continued = (_continues(asked.context),) if asked.context else ()
    notices = (*continued, *_understood(answer))
    bare = AnswerCard(heading, notices, (), "", GREEN)
    if answer.stories:
        return _stories(bare, answer)
    if answer.answered:
        return _answered(bare, answer, asked)
    searched = f"-# {_searched(answer, asked)}"
    if older and older.answered:
        lead = (_("Nothing was reported on this {period}.").format(period=_period(answer)), searched)
        older_ones = (*lead, "### " + _("Older reports"))
        return _with_quotes(replace(bare, lead=older_ones, colour=AMBER), older.quotes)
    only = only_searched(answer.only_languages, "ask")
    if not answer.articles_searched:
        how = _("Those who manage the server can add sources: `/sources add`.")
        hint = [] if only else [f"-# {_scope(answer) or how}"]
        nothing = (_("There are no stored articles to search."), *hint, *only)
        return replace(bare, lead=nothing, colour=GREY)
    return replace(bare, lead=(_("I found no report that answers this."), searched, *only), colour=GREY)


def _answered(bare: AnswerCard, answer: Answer, asked: Asked) -> AnswerCard:
    strong = words_of(answer)
    lead = [line for words in strong for line in _said(words)]
    if stale := answer.stale_since:
        dated = f"{timestamp(stale, 'D')}, {timestamp(stale, 'R')}"
        lead.append("-# " + _("The newest report on this is from {dated}.").format(dated=dated))
    footer = f"-# {_searched(answer, asked)} · {how_sure(answer.confidence)}"
    card = replace(bare, lead=tuple(lead), footer=footer, colour=AMBER if stale else GREEN)
    return _with_quotes(card, answer.quotes, strong)


def _said(words: AnswerWords) -> list[str]:
    """Return the words that answer, large and in bold type, and below them the outlets that say so.

    Not on one line: in a heading the outlets would be as loud as the words.
    """
    names = [plain(shorten(name, MAX_SOURCE)) for name in words.outlets]
    return [f"## **{plain(words.text)}**", outlets_named(names)]


def _stories(bare: AnswerCard, answer: Answer) -> AnswerCard:
    """Return the card of a list of stories. They are no quotes, so they are never corrected."""
    head = Card(_("In the news"), dated_count(len(answer.stories), answer.as_of))
    listed, _kept = stories_listed(head, answer.stories)
    lead = tuple(listed.texts[0].split("\n"))
    return replace(bare, lead=lead, colour=BLUE, stories=listed.stories)


def continuing(card: AnswerCard, question: str | None) -> AnswerCard:
    """Return a stored card with the question that it continues; the card itself where that is not kept."""
    if not question:
        return card
    with speaking(card.language):
        return replace(card, notices=(_continues(question), *card.notices))


def more_card(typed: str, quotes: Sequence[Quote]) -> AnswerCard:
    """Return the card of further quotes on a question that has been answered."""
    bare = AnswerCard(cut(typed, MAX_HEADING), (), (), "", BLUE)
    if not quotes:
        return replace(bare, lead=(_("There are no further quotes on this."),))
    return _with_quotes(replace(bare, lead=("### " + _("Further quotes"),)), quotes)


def closest_card(typed: str, quotes: Sequence[Quote]) -> AnswerCard:
    """Return the card of the reports that come closest to a question that nothing answers."""
    bare = AnswerCard(cut(typed, MAX_HEADING), (), (), "", GREY)
    if not quotes:
        return replace(bare, lead=(_("No report comes close to this."),))
    best, *others = quotes[:MAX_CLOSEST]
    close = [best, *(quote for quote in others if quote.score >= CLOSE * best.score)]
    return _with_quotes(replace(bare, lead=("### " + _("Related, but no answer"),)), close)


def check_card(check: QuoteCheck) -> AnswerCard:
    """Return whether the claimed words are in a stored article: word for word, nearly, or not at all."""
    claimed = block_quote(check.claimed)
    if check.quote is None:
        notice = _("No stored article holds these words. That does not mean that nobody said them.")
        return AnswerCard("", (), (), "", GREY, lead=("### " + _("Not in the index"), claimed, notice))
    if check.kind == "exact":
        found = AnswerCard("", (), (), "", GREEN, lead=("### " + _("Found word for word"),))
        return _with_quotes(found, [check.quote])
    agrees = _("{share} of the words agree with this report:").format(share=percent(check.likeness))
    lead = ("### " + _("Nearly the same words"), claimed, agrees)
    return _with_quotes(AnswerCard("", (), (), "", AMBER, lead=lead), [check.quote])


def corrected(card: AnswerCard, quotes: Sequence[PostedQuote]) -> AnswerCard:
    """Return the card with what publishers have changed or withdrawn marked.

    `quotes` are those of its blocks. Changed words are struck through, with the new words below. Where that
    is too long for one message, the old words are shortened, then the new words left out, then whole quotes
    dropped from the end. The words that answer are struck through where they are not said any more.
    """
    if all(quote.state == "stands" for quote in quotes):
        return card
    lead, footer = card.lead, card.footer
    if any(_is_answer_gone(*pair) for pair in zip(card.blocks, quotes, strict=True)):
        lead = tuple(f"## ~~{line[3:]}~~" if line.startswith("## ") else line for line in lead)
        footer = footer.rpartition(" · ")[0]  # nobody is sure of it any more
    for old, new, dropped in _SHORTER:
        pairs = zip(card.blocks, quotes, strict=True)
        with speaking(card.language):
            blocks = [_corrected(block, quote, old, new) for block, quote in pairs]
        kept = blocks[: len(blocks) - dropped]
        changed = replace(card, lead=lead, blocks=tuple(kept), footer=footer, colour=AMBER)
        if changed.fits:
            return changed
    raise ValueError("the head alone is longer than a message")


def _is_answer_gone(block: Block, quote: PostedQuote) -> bool:
    """Return whether the words that answer were in a quote and are not in what stands there now."""
    if quote.state == "stands":
        return False
    return any(unescape(words) not in (quote.new_text or "") for words in _BOLD.findall(block.words))


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


def _with_quotes(card: AnswerCard, quotes: Sequence[Quote], strong: Sequence[AnswerWords] = ()) -> AnswerCard:
    """Return a card with as many quotes as fit whole, the first ones, and a note on how many are missing."""
    for kept in range(len(quotes), -1, -1):
        missing = len(quotes) - kept
        note = f"-# {_missing(missing)}" if missing else ""
        footer = "\n".join(line for line in (note, card.footer) if line)
        groups = grouped(quotes[:kept])
        shown = tuple(quote for group in groups for quote in group)
        full = replace(card, blocks=tuple(quote_blocks(groups, strong)), footer=footer, quotes=shown)
        if full.fits:
            return full
    raise ValueError("the head alone is longer than a message")


def _missing(quotes: int) -> str:
    return counted(
        "{count} more quote would not fit in one message.",
        "{count} more quotes would not fit in one message.",
        quotes,
    )


def _continues(question: str) -> str:
    return "-# " + _("continues: {question}").format(question=cut(question, MAX_HEADING))


def _understood(answer: Answer) -> list[str]:
    """Return what else was searched for than the question says, or which of its words were not understood."""
    lines = []
    if answer.searched_for:
        question = cut(answer.searched_for, MAX_HEADING)
        lines.append("-# " + _("searched for: {question}").format(question=question))
    if answer.unclear_time:
        words = cut(answer.unclear_time, MAX_HEADING)
        lines.append(
            "-# " + _("“{words}” was not understood as a time: all dates were searched").format(words=words)
        )
    return lines


def _searched(answer: Answer, asked: Asked) -> str:
    """Return how many articles of how many outlets were searched, and within which limits."""
    articles = articles_counted(answer.articles_searched)
    # Without their count, the outlets that could be quoted are those of all times.
    outlets = answer.coverage.sources if answer.coverage else asked.outlets if not _period(answer) else None
    if outlets and not answer.question.source:
        searched = counted(
            "{articles} of {count} outlet searched",
            "{articles} of {count} outlets searched",
            outlets,
            articles=articles,
        )
    else:
        searched = _("{articles} searched").format(articles=articles)
    return " · ".join(part for part in (searched, _scope(answer)) if part)


def _scope(answer: Answer) -> str:
    """Return the limits of the search: its source, its language and the time of publishing."""
    source, language = answer.question.source, answer.question.language
    facts = [plain(shorten(source, MAX_SOURCE))] if source else []
    if language and language != ANY_LANGUAGE:
        facts.append(language_name(language))
    if period := _period(answer):
        facts.append(_("published {period}").format(period=period))
    return ", ".join(facts)


def _period(answer: Answer) -> str:
    since = None if answer.since == ANY_TIME else answer.since
    return period_text(since, answer.until)
