"""The cards of a digest and of the list of a server's digests; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.base import MAX_OPTION, Card, fitting, shorten
from bot.cards.stories import dated_count, stories_listed
from bot.text.language import _, counted, date_text, hour_text, number, weekday
from bot.text.markdown import cut, escape, timestamp
from index import Delivery, Digest, DigestPlan, Schedule, Story

# Characters for topics and sources of a digest; fewer where a list of digests would not fit.
MAX_LISTED = 200
# Discord's limit for the name of a thread or post.
MAX_NAME = 100


def digest_card(stories: Sequence[Story], plan: DigestPlan, now: datetime) -> tuple[Card, Sequence[Story]]:
    """Return the card and the stories on it, a line each: as many as fit, from the first one on."""
    title = _("Daily digest") if plan.schedule.weekday is None else _("Weekly digest")
    when = escape(schedule_text(plan.schedule))
    about = f"{dated_count(len(stories), now)}{f' · {_limits(plan)}' if plan.topics or plan.sources else ''}"
    card = Card(title, about, f"{when[0].upper()}{when[1:]}")
    full, kept = stories_listed(card, [story.headline for story in stories])
    return full, stories[:kept]


def digest_name(digest: Digest) -> str:
    """Return what a post with a digest is called: its title and its day."""
    title = _("Daily digest") if digest.plan.schedule.weekday is None else _("Weekly digest")
    day = digest.next_at.astimezone(ZoneInfo(digest.plan.schedule.timezone)).date()
    about = [", ".join(digest.plan.topics)] if digest.plan.topics else []
    return shorten(" · ".join([title, date_text(day), *about]), MAX_NAME)


def digest_label(digest: Digest, channel: str) -> str:
    """Return a digest in one line of plain text, by which a person chooses it: where, when, on what."""
    plan = digest.plan
    parts = [channel, schedule_text(plan.schedule), *plan.topics]
    return shorten(" · ".join(parts), MAX_OPTION)


def digests_card(digests: Sequence[Digest]) -> Card:
    """Return the list of digests: the channel, the schedule, and the next time or why it was stopped."""

    def listed(most: int) -> Card:
        lines = [_line(digest, most) for digest in digests] or [_("None yet: `/digest set` begins one.")]
        return Card(_("Digests"), "\n".join(lines))

    return fitting(listed, MAX_LISTED)


def set_text(digest: Digest, waiting: int) -> str:
    """Return the reply to `/digest set`. `waiting` is how many stories the digest would have now."""
    mine = _("I send you a digest {schedule}, the next {when}.")
    what = (
        mine if digest.delivery.direct else _("{channel} gets a digest {schedule}, the next {when}.")
    ).format(
        channel=f"<#{digest.channel}>",
        schedule=escape(schedule_text(digest.plan.schedule)),
        when=timestamp(digest.next_at, "F"),
    )
    now = counted("Now it would hold {count} story.", "Now it would hold {count} stories.", waiting)
    return " ".join([what, now, _("`/digest now` shows it to you alone.")])


def schedule_text(schedule: Schedule) -> str:
    """Return a schedule as plain text: its hour is that of its own time zone, not of the reader's."""
    hour = f"{hour_text(schedule.hour)} {schedule.timezone}"
    if schedule.weekday is None:
        when = _("every day at {hour}").format(hour=hour)
    else:
        when = _("every {weekday} at {hour}").format(weekday=weekday(schedule.weekday), hour=hour)
    if schedule.quiet is None:
        return when
    start, end = (hour_text(hour) for hour in schedule.quiet)
    return _("{when}, never from {start} to {end}").format(when=when, start=start, end=end)


def _line(digest: Digest, most: int) -> str:
    plan = digest.plan
    limits = f" · {_limits(plan, most)}" if plan.topics or plan.sources else ""
    when = _("next {when}").format(when=timestamp(digest.next_at, "R"))
    if digest.stopped:
        when = _("stopped, because {why}: set it again").format(why=_(digest.stopped))
    stories = _("{count} at most").format(count=number(plan.number))
    where = _("to you") if digest.delivery.direct else f"<#{digest.channel}>"
    facts = " · ".join([stories, *_ways(digest.delivery)])
    return f"- {where} {escape(schedule_text(plan.schedule))} · {when}\n  {facts}{limits}"


def _ways(delivery: Delivery) -> list[str]:
    """Return how a digest is sent, where that is not as one message that pings nobody."""
    role = [_("pings {role}").format(role=f"<@&{delivery.role}>")] if delivery.role else []
    apart = [_("each story apart")] if delivery.apart else []
    return [*role, *apart, *([_("published")] if delivery.publish else [])]


def _limits(plan: DigestPlan, most: int = MAX_LISTED) -> str:
    parts = [", ".join(names) for names in (plan.topics, plan.sources) if names]
    return cut(" · ".join(parts), most)
