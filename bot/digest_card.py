"""A digest, and the list of a server's digests, as Discord shows them; pure functions."""

from __future__ import annotations

import calendar
from collections.abc import Sequence

from bot.markdown import cut, length, timestamp
from bot.render import BLUE, MAX_BODY, Card, count, headline_block
from index import Digest, DigestPlan, Schedule, Story

# Sentences of each story: a digest is read quickly.
HIGHLIGHTS = 2
# Ten digests always fit into one list.
MAX_LISTED = 200


def digest_card(stories: Sequence[Story], plan: DigestPlan) -> tuple[Card, Sequence[Story]]:
    """Return the card, and those of the stories that it holds: as many as fit, first ones first."""
    title = "Daily digest" if plan.schedule.weekday is None else "Weekly digest"
    when = schedule_text(plan.schedule)
    limits = f"-# {_limits(plan)}\n" if plan.topics or plan.sources else ""
    blocks = [headline_block(story.headline, HIGHLIGHTS) for story in stories]
    while length(body := limits + "\n\n".join(blocks)) > MAX_BODY:
        blocks.pop()
    return Card(title, body, f"{when[0].upper()}{when[1:]}", BLUE), stories[: len(blocks)]


def digests_card(digests: Sequence[Digest]) -> Card:
    """What each channel is sent, when next, and what has been stopped."""
    lines = [_line(digest) for digest in digests] or ["None yet: `/digest set` begins one."]
    return Card("Digests", "\n".join(lines))


def set_text(digest: Digest, waiting: int) -> str:
    """What was set, and what it would bring now."""
    now = count(waiting, "story", "stories") if waiting else "nothing"
    return (
        f"<#{digest.channel}> gets a digest {schedule_text(digest.plan.schedule)}, the next"
        f" {timestamp(digest.next_at, 'F')}. It would hold {now} now: `/digest now` shows it to you alone."
    )


def schedule_text(schedule: Schedule) -> str:
    """When a digest comes, as plain text: footers know no timestamps."""
    days = "every day" if schedule.weekday is None else f"every {calendar.day_name[schedule.weekday]}"
    quiet = ""
    if schedule.quiet:
        start, end = schedule.quiet
        quiet = f", never from {start:02}:00 to {end:02}:00"
    return f"{days} at {schedule.hour:02}:00 {schedule.timezone}{quiet}"


def _line(digest: Digest) -> str:
    plan = digest.plan
    limits = f" · {_limits(plan)}" if plan.topics or plan.sources else ""
    when = f"next {timestamp(digest.next_at, 'R')}"
    if digest.stopped:
        when = f"stopped, because {digest.stopped}: set it again"
    return f"- <#{digest.channel}> {schedule_text(plan.schedule)} · {when}\n  {plan.number} at most{limits}"


def _limits(plan: DigestPlan) -> str:
    topics = f"on {', '.join(plan.topics)}" if plan.topics else ""
    sources = f"from {', '.join(plan.sources)}" if plan.sources else ""
    return cut(" · ".join(part for part in (topics, sources) if part), MAX_LISTED)
