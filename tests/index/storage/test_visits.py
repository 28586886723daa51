"""When people were here last."""

from __future__ import annotations

from datetime import timedelta

from index.storage.database import Database
from index.storage.expiry import Expiry
from index.storage.people.privacy import Privacy
from index.storage.people.visits import PAUSE, Visits
from index.types.lifetimes import Lifetimes
from tests.fakes import NOW, Clock


def test_a_visit_ends_with_a_pause_and_then_the_time_before_it_is_known(database: Database) -> None:
    clock = Clock(NOW)
    visits = Visits(database, clock)
    assert visits.note("ann", "g") is None
    clock.advance(minutes=20)
    assert visits.note("ann", "g") is None  # the same visit
    last = clock.now
    clock.now += PAUSE
    assert visits.note("ann", "g") == last
    clock.advance(minutes=40)
    assert visits.note("ann", "g") == last  # still the same visit, however long it lasts
    assert visits.note("ann", "") is None  # another place
    assert visits.note("bob", "g") is None


def test_what_was_shown_is_missed_no_longer(database: Database) -> None:
    clock = Clock(NOW)
    visits = Visits(database, clock)
    visits.note("ann", "g")
    clock.advance(days=2)
    assert visits.note("ann", "g") == NOW
    visits.caught_up("ann", "g")
    shown = clock.now
    clock.advance(minutes=7)
    assert visits.note("ann", "g") == shown


def test_visits_are_exported_deleted_and_forgotten_in_time(database: Database) -> None:
    clock, kept = Clock(NOW), Lifetimes()
    visits, privacy = Visits(database, clock), Privacy(database, clock)
    visits.note("ann", "g")
    assert privacy.export("ann")["visits"][0]["seen_at"] == NOW.isoformat()
    assert privacy.delete("ann") == 1
    assert privacy.export("ann")["visits"] == []
    visits.note("bob", "g")
    clock.now += timedelta(days=kept.questions + 1)
    expiry = Expiry(database, clock, kept)
    while expiry.delete_some():
        pass
    assert privacy.export("bob")["visits"] == []
