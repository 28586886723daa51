"""Settings, logging and the sample articles. Imports nothing of ours."""

from pathlib import Path

from config.logging import logging_to_stderr
from config.places import SettingsError
from config.settings import Settings, load_settings

# Story pages on events of 2024 and 2025 under made-up source names, for a first look without any set-up.
SAMPLES = Path(__file__).parent / "samples"

__all__ = ["SAMPLES", "Settings", "SettingsError", "load_settings", "logging_to_stderr"]
