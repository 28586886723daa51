"""What is needed to delete people's data in time.

Follow-ups know which answer they continue. Their cards no longer hold the earlier question, which may be
another person's: it is looked up when the card is shown.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from index.languages.english.followups import in_context

revision = "0018"
down_revision = "0017"

# A follow-up comes soon after what it continues: so many earlier answers of the channel are looked at.
_LOOK_BACK = 200
_AT_ONCE = 1000

_posted = sa.table(
    "posted_answers",
    sa.column("id", sa.String),
    sa.column("channel", sa.String),
    sa.column("typed", sa.Text),
    sa.column("question", sa.Text),
    sa.column("posted_at", sa.DateTime),
    sa.column("card", sa.JSON),
    sa.column("continues", sa.String),
)


def upgrade() -> None:
    op.create_table(
        "guilds_left",
        sa.Column("guild", sa.String, primary_key=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "deletions",
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("posted_answers", sa.Column("continues", sa.String))
    _name_what_follow_ups_continue()
    op.create_index("ix_posted_answers_continues", "posted_answers", ["continues"])
    op.create_index("ix_posted_answers_guild", "posted_answers", ["guild", "posted_at"])
    op.create_index("ix_revisions_replaced_at", "revisions", ["replaced_at"])
    op.create_index("ix_follow_quotes_claimed_at", "follow_quotes", ["claimed_at"])
    # Other ids of articles that were deleted; today they are deleted with the article.
    op.execute(
        "DELETE FROM identities WHERE article_id NOT IN"
        " (SELECT id FROM articles UNION ALL SELECT id FROM copies)"
    )


def _name_what_follow_ups_continue() -> None:
    """Fill `continues` of the stored follow-ups, and take the earlier question out of their cards."""
    connection = op.get_bind()
    query = sa.select(_posted.c.id, _posted.c.channel, _posted.c.typed, _posted.c.question, _posted.c.card)
    earlier: dict[str, list[Any]] = {}
    changed = []
    for row in connection.execute(query.order_by(_posted.c.posted_at, _posted.c.id)).all():
        card = dict(row.card)
        before = earlier.setdefault(row.channel, [])
        place = _continuing(card.get("notices", ()))
        if place is not None:
            shown = card["notices"].pop(place)
            parent = next((other.id for other in reversed(before) if _continues(row, shown, other)), None)
            changed.append({"changed": row.id, "new_card": card, "parent": parent})
        before.append(row)
        del before[:-_LOOK_BACK]
    named = {"card": sa.bindparam("new_card", type_=sa.JSON), "continues": sa.bindparam("parent")}
    change = sa.update(_posted).where(_posted.c.id == sa.bindparam("changed")).values(named)
    for start in range(0, len(changed), _AT_ONCE):
        connection.execute(change, changed[start : start + _AT_ONCE])


def _continues(row: Any, notice: str, other: Any) -> bool:
    """Tell whether an answer continues another: its card names the question, or its search adds to it."""
    if notice.replace("\\", "").endswith(f": {' '.join(other.typed.split())}"):
        return True
    return bool(row.question != row.typed and in_context(row.typed, other.question) == row.question)


def _continuing(notices: Sequence[str]) -> int | None:
    """Return the place of "-# continues: …" among a card's notices, in whatever language; None without one.

    It was the first in small print, after "-# shared by <@…>" where there was that.
    """
    small = [place for place, notice in enumerate(notices[:2]) if notice.startswith("-# ")]
    theirs = [place for place in small if "<@" not in notices[place] and place == len(small) - 1]
    return theirs[0] if theirs else None
