"""Another process keeps the database locked: everything that people use still has its first response at once.

`make locked` does the same for 30 seconds.
"""

from __future__ import annotations

from pathlib import Path

from tests.long_runs.locked import FIRST_RESPONSE, SERVERS, run


async def test_a_locked_database_costs_no_first_response(tmp_path: Path) -> None:
    """With 8 `/ask` in 8 servers, every command, button, menu, form and suggestion: each in time.

    Discord waits three seconds. What was posted in the meantime is stored once the lock is gone.
    """
    found = await run(tmp_path, seconds=0.0)
    assert len(found.latencies) > 40
    late = {name: round(seconds, 2) for name, seconds in found.latencies.items() if seconds > FIRST_RESPONSE}
    assert late == {}
    assert found.stored == found.posted
    assert len(found.posted) >= SERVERS
