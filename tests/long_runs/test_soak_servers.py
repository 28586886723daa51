"""What the soak with ten servers fails for."""

from __future__ import annotations

from tests.long_runs.soak_servers import QUOTAS, Measured


def test_others_may_wait_half_as_long_again_and_no_longer() -> None:
    calm = [float(number) for number in range(1, 101)]
    assert Measured(calm, [1.4 * took for took in calm]).problems() == []
    (slow,) = Measured(calm, [1.6 * took for took in calm]).problems()
    assert slow == "the 99th percentile of the others grew 1.60 times"


def test_an_error_or_a_quota_that_did_not_hold_fails_the_run() -> None:
    calm = [1.0, 1.0]
    assert Measured(calm, calm, errors=["a leak"]).problems() == ["a leak"]
    kept = Measured(calm, calm, own_sources=QUOTAS.sources, own_articles=QUOTAS.articles)
    assert kept.problems() == []
    for more in (
        Measured(calm, calm, own_sources=QUOTAS.sources + 1),
        Measured(calm, calm, own_articles=QUOTAS.articles + 1),
    ):
        assert more.problems() == ["the attacker has more than its quotas allow"]
