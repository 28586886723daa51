"""What the bot sends is held to Discord's own description, where that is at hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord.openapi import OPENAPI, complaint

pytestmark = pytest.mark.skipif(OPENAPI is None, reason="Discord's openapi.json is not beside the project")

MESSAGES = "/channels/12/messages"
CALLBACK = "/interactions/12/token/callback"
ORIGINAL = "/webhooks/12/token/messages/@original"
COMMANDS = "/applications/12/commands"


def boxed(*components: dict[str, Any]) -> dict[str, Any]:
    return {"flags": 1 << 15, "components": [{"type": 17, "components": list(components)}]}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", MESSAGES, {"content": "hello", "message_reference": {"message_id": 12, "channel_id": "13"}}),
        ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
        ("PATCH", ORIGINAL, boxed({"type": 10, "content": "text"}, {"type": 14})),
        ("PUT", COMMANDS, [{"name": "ask", "description": "Ask", "name_localizations": {"de": "frage"}}]),
        ("POST", "/nowhere", {"content": 5}),
    ],
)
def test_what_discord_takes_is_fine(method: str, path: str, body: Any) -> None:
    assert complaint(method, path, body) is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", MESSAGES, {"content": 5}),
        ("POST", MESSAGES, {"content": "x" * 4001}),
        ("POST", CALLBACK, {"type": 99}),
        ("PATCH", ORIGINAL, boxed({"type": 10})),
        ("PATCH", ORIGINAL, boxed({"type": 1, "components": [{"type": 2, "style": 77, "custom_id": "a"}]})),
        ("PATCH", ORIGINAL, boxed()),
        ("PUT", COMMANDS, [{"name": "ask", "description": "x" * 101}]),
    ],
)
def test_what_it_refuses_is_named(method: str, path: str, body: Any) -> None:
    found = complaint(method, path, body)
    assert found
    assert found.startswith("$")
