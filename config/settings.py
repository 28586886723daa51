"""The settings, and one clear sentence for each value that is wrong.

Settings come from the environment, `.env` or `newsbot.toml` (see `config.places`). An empty value means the
default. A validator raises ValueError with the advice that ends the sentence.
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.places import SettingsError, find_settings, variable

# The first and the last shard of this process, counted from 0, and the number of all shards: 0-3/16, or 3/16
# for a single one.
_SHARDS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?/(\d{1,5})")
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
SECRETS = frozenset({"discord_token", "database_url", "index_url"})


def _sqlalchemy_url(secret: SecretStr) -> SecretStr:
    """Return a database's address as SQLAlchemy spells it; hosting platforms write `postgres://`."""
    scheme, separator, rest = secret.get_secret_value().strip().partition("://")
    if separator and scheme == "sqlite":
        return SecretStr(f"{scheme}://{rest}")
    if separator and scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return SecretStr(f"postgresql+psycopg://{rest}")
    raise ValueError("correct it, or remove it to keep everything in a file inside NEWS_DATA_DIR")


def _milvus_url(secret: SecretStr) -> SecretStr:
    """Check a Milvus address as far as that is possible without connecting to the server."""
    address = urlsplit(secret.get_secret_value().strip())
    if address.scheme != "milvus" or not address.hostname:
        raise ValueError("correct it, or remove it to keep the search index inside NEWS_DATA_DIR")
    try:
        valid = address.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("its port is a number from 1 to 65535")
    return SecretStr(address.geturl())


def _known_zone(name: str) -> str:
    if name == "UTC":  # the one zone that needs no time zone database
        return name
    try:
        return zoneinfo.ZoneInfo(name).key
    # ZoneInfo opens a file of that name: "Europe" is a folder (OSError), "../x" is refused (ValueError).
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(_similar_zone(name)) from None


def _similar_zone(name: str) -> str:
    """Return advice that names the most similar time zone; its city alone is enough to find it."""
    zones = zoneinfo.available_timezones()
    spellings = {zone.rpartition("/")[2].lower(): zone for zone in sorted(zones, reverse=True)}
    spellings |= {zone.lower(): zone for zone in zones}
    close = difflib.get_close_matches(name.strip().lower().replace(" ", "_"), spellings, n=1, cutoff=0.75)
    return f"perhaps {spellings[close[0]]} is meant" if close else "correct it or remove it"


def _valid_shards(text: str) -> str:
    _parse_shards(text)
    return text


def _parse_shards(text: str) -> tuple[range, int]:
    """Return the shards of this process, and how many shards there are in all."""
    match = _SHARDS.fullmatch("".join(text.split()))
    if not match:
        raise ValueError("correct it, or remove it to run all shards in one process")
    first, last, count = int(match[1]), int(match[2] or match[1]), int(match[3])
    if not first <= last < count:
        raise ValueError(f"they are counted from 0 to {count - 1}" if count else "there is at least 1")
    return range(first, last + 1), count


def _ids(value: object) -> object:
    """Return the ids that a text names, with commas or spaces between them."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _folder(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # "~name" where no user has that name
        raise ValueError("correct it or remove it") from None


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


class Settings(BaseSettings):
    """All settings; `config/README.md` explains each. Frozen, and an unknown name is refused.

    A field's `description` completes the sentence "NEWS_… must be …". `threshold` is the confidence from
    which a question counts as answered; None is the library's own threshold. `database_url` None is a SQLite
    file inside `data_dir`, and `index_url` None is a search index there.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    discord_token: SecretStr | None = Field(default=None, description="the text of a bot token")
    database_url: Annotated[SecretStr, AfterValidator(_sqlalchemy_url)] | None = Field(
        default=None, description="an address that begins with sqlite:/// or postgresql://"
    )
    index_url: Annotated[SecretStr, AfterValidator(_milvus_url)] | None = Field(
        default=None, description="an address such as milvus://host:19530"
    )
    data_dir: Annotated[Path, AfterValidator(_folder)] = Field(
        default=Path("data"), description="the path of a folder"
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="a time zone such as Europe/Berlin"
    )
    date_order: Literal["day-month", "month-day"] | None = Field(
        default=None, description="day-month or month-day"
    )
    embedding_model: str | None = Field(default=None, description="a folder or the name of a model on a hub")
    reranker_model: str | None = Field(
        default=None, description="a folder or the name of a cross-encoder on a hub"
    )
    reader: bool = Field(default=True, description="true or false")
    query_prompt: str = Field(default="", description="text")
    passage_prompt: str = Field(default="", description="text")
    threshold: float | None = Field(
        default=None, ge=0, le=1, allow_inf_nan=False, description="a number between 0 and 1"
    )
    follow_seconds: float = Field(
        default=1.0, ge=0.1, le=60, allow_inf_nan=False, description="a number of seconds between 0.1 and 60"
    )
    keep_days: int | None = Field(default=None, ge=1, description="a number of days, at least 1")
    keep_articles: int | None = Field(default=None, ge=1, description="a number of articles, at least 1")
    keep_questions_days: int = Field(default=90, ge=1, description="a number of days, at least 1")
    keep_trail_days: int = Field(default=365, ge=1, description="a number of days, at least 1")
    keep_revisions_days: int = Field(default=90, ge=1, description="a number of days, at least 1")
    keep_left_days: int = Field(default=30, ge=1, description="a number of days, at least 1")
    keep_deletions_days: int = Field(default=365, ge=1, description="a number of days, at least 1")
    fetch_private: bool = Field(default=False, description="true or false")
    refresh: bool = Field(default=True, description="on or off")
    refresh_shortest: float = Field(
        default=300, ge=5, le=86_400, allow_inf_nan=False, description="a number of seconds from 5 to 86400"
    )
    refresh_longest: float = Field(
        default=86_400,
        ge=5,
        le=2_592_000,
        allow_inf_nan=False,
        description="a number of seconds from 5 to 2592000",
    )
    shards: Annotated[str, AfterValidator(_valid_shards)] | None = Field(
        default=None, description="shards and how many there are in all, such as 0-3/16"
    )
    operators: Annotated[tuple[Annotated[int, Field(ge=1, le=2**63)], ...], BeforeValidator(_ids)] = Field(
        default=(), description="ids of Discord users, such as 80351110224678912, with commas between them"
    )
    quota_sources: int = Field(default=50, ge=0, description="a number of sources, 0 or more")
    quota_feeds: int = Field(default=200, ge=0, description="a number of feeds, 0 or more")
    quota_articles: int = Field(default=2_000, ge=0, description="a number of articles, 0 or more")
    quota_megabytes: int = Field(default=200, ge=0, description="a number of MiB, 0 or more")
    health_port: int | None = Field(
        default=None, ge=1, le=65_535, description="the number of a port from 1 to 65535"
    )
    log_format: Literal["text", "json"] = Field(default="text", description="text or json")
    log_level: Annotated[LogLevel, BeforeValidator(_upper)] = Field(
        default="INFO", description="one of DEBUG, INFO, WARNING and ERROR"
    )

    @field_validator("discord_token")
    @classmethod
    def _without_space(cls, token: SecretStr | None) -> SecretStr | None:
        # Tokens are pasted, often with a newline at the end, which an HTTP header may not hold.
        return token and SecretStr(token.get_secret_value().strip())

    @property
    def share(self) -> tuple[range, int] | None:
        """The bot's shards that this process runs, and how many there are in all; None where it runs all."""
        return _parse_shards(self.shards) if self.shards else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_: Any,
        **__: Any,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Places(settings_cls)

    @property
    def zone(self) -> tzinfo:
        return UTC if self.timezone == "UTC" else zoneinfo.ZoneInfo(self.timezone)


class _Places(PydanticBaseSettingsSource):
    """The environment, `.env` and `newsbot.toml` as one source of pydantic-settings."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError("values are handed over together")

    def __call__(self) -> dict[str, Any]:
        values = find_settings(self.settings_cls.model_fields)
        return {field: written.value for field, written in values.items() if not _is_empty(written.value)}


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError, whose message never contains a secret."""
    try:
        return Settings()
    except ValidationError as error:
        # `from None`: pydantic's error holds the values that were written, secrets included.
        raise SettingsError(_sentence(error.errors()[0])) from None


def _sentence(error: ErrorDetails) -> str:
    field = str(error["loc"][0])
    written = find_settings(Settings.model_fields).get(field)
    name = written.name if written else variable(field)
    instead = "" if field in SECRETS else f', not "{_shortened(str(error["input"]))}"'
    advice = str(error.get("ctx", {}).get("error", "correct it or remove it"))
    return f"{name} must be {Settings.model_fields[field].description}{instead}: {advice}."


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
