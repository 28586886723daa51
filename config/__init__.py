"""Settings, logging, the sample articles and the default feeds. Imports nothing of ours."""

from pathlib import Path

from config.logging import logging_to_stderr
from config.places import SettingsError
from config.settings import Settings, load_settings

# Story pages on events of 2024 and 2025 under made-up source names, so that a person can try the bot at once.
SAMPLES = Path(__file__).parent / "samples"
# Stories in German, French, Spanish and Japanese, as JSON lines, for `newsbot ingest` where they are wanted.
MORE_SAMPLES = Path(__file__).parent / "more_samples"
# Well-known public feeds. They are read only when a person asks for them.
FEEDS = Path(__file__).parent / "feeds.opml"

__all__ = [
    "FEEDS",
    "MORE_SAMPLES",
    "SAMPLES",
    "Settings",
    "SettingsError",
    "load_settings",
    "logging_to_stderr",
]
