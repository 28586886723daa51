"""What Discord calls a permission on screen: people look for that name in their server's settings."""

from __future__ import annotations

from collections.abc import Iterable

from bot.text.language import _, mark

# By discord.py's name. The translations are those of Discord's own settings.
ON_SCREEN = {
    "administrator": mark("Administrator"),
    "attach_files": mark("Attach Files"),
    "create_public_threads": mark("Create Public Threads"),
    "embed_links": mark("Embed Links"),
    "manage_guild": mark("Manage Server"),
    "manage_messages": mark("Manage Messages"),
    "manage_threads": mark("Manage Threads"),
    "mention_everyone": mark("Mention @everyone, @here and All Roles"),
    "read_message_history": mark("Read Message History"),
    "send_messages": mark("Send Messages"),
    "send_messages_in_threads": mark("Send Messages in Threads and Posts"),
    "view_channel": mark("View Channel"),
}


def on_screen(permissions: Iterable[str]) -> str:
    """Return the names of permissions as a list in the reader's language."""
    return ", ".join(_(ON_SCREEN.get(name, name.replace("_", " ").title())) for name in permissions)
