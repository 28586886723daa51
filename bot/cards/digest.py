"""A digest, and the list of a server's digests, as Discord shows them; pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.base import BLUE, MAX_BODY, Card
from bot.cards.headlines import headline_block
from bot.text.language import _, counted, number, weekday
from bot.text.markdown import cut, length, timestamp
from index import Digest, DigestPlan, Schedule, Story

# Sentences of each story: a digest is read quickly.
HIGHLIGHTS = 2
# Ten digests always fit into one list.
MAX_LISTED = 200


def digest_card(stories: Sequence[Story], plan: DigestPlan) -> tuple[Card, Sequence[Story]]:
    """Return the card, and those of the stories that it holds: as many as fit, first ones first."""
    title = _("Daily digest") if plan.schedule.weekday is None else _("Weekly digest")
    when = schedule_text(plan.schedule)
    limits = f"-# {_limits(plan)}\n" if plan.topics or plan.sources else ""
    blocks = [headline_block(story.headline, HIGHLIGHTS) for story in stories]
    while length(body := limits + "\n\n".join(blocks)) > MAX_BODY:
        blocks.pop()
    return Card(title, body, f"{when[0].upper()}{when[1:]}", BLUE), stories[: len(blocks)]


def digests_card(digests: Sequence[Digest]) -> Card:
    """What each channel is sent, when next, and what has been stopped."""
    lines = [_line(digest) for digest in digests] or [_("None yet: `/digest set` begins one.")]
    return Card(_("Digests"), "\n".join(lines))


def set_text(digest: Digest, waiting: int) -> str:
    """What was set, and what it would bring now."""
    what = _("{channel} gets a digest {schedule}, the next {when}.").format(
        channel=f"<#{digest.channel}>",
        schedule=schedule_text(digest.plan.schedule),
        when=timestamp(digest.next_at, "F"),
    )
    now = counted("Now it would hold {count} story.", "Now it would hold {count} stories.", waiting)
    return " ".join([what, now, _("`/digest now` shows it to you alone.")])


def schedule_text(schedule: Schedule) -> str:
    """When a digest comes, as plain text: footers know no timestamps."""
    hour = f"{schedule.hour:02}:00 {schedule.timezone}"
    if schedule.weekday is None:
        when = _("every day at {hour}").format(hour=hour)
    else:
        when = _("every {weekday} at {hour}").format(weekday=weekday(schedule.weekday), hour=hour)
    if schedule.quiet is None:
        return when
    start, end = (f"{hour:02}:00" for hour in schedule.quiet)
    return _("{when}, never from {start} to {end}").format(when=when, start=start, end=end)


def _line(digest: Digest) -> str:
    plan = digest.plan
    limits = f" · {_limits(plan)}" if plan.topics or plan.sources else ""
    when = _("next {when}").format(when=timestamp(digest.next_at, "R"))
    if digest.stopped:
        when = _("stopped, because {why}: set it again").format(why=_(digest.stopped))
    most = _("{count} at most").format(count=number(plan.number))
    return f"- <#{digest.channel}> {schedule_text(plan.schedule)} · {when}\n  {most}{limits}"


def _limits(plan: DigestPlan) -> str:
    parts = [", ".join(each) for each in (plan.topics, plan.sources) if each]
    return cut(" · ".join(parts), MAX_LISTED)
