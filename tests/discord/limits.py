"""Discord's limits on what a bot may send, and the errors Discord answers with when one is broken.

The checks only read JSON: they know nothing of sockets or of who is asking, so a limit can be tested (or
corrected, when Discord changes it) in this file alone.
"""

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

Json = dict[str, Any]


class Limit:
    """The documented maxima, by name."""

    CONTENT: Final = 2000
    EMBEDS: Final = 10
    EMBED_TITLE: Final = 256
    EMBED_DESCRIPTION: Final = 4096
    EMBED_FIELDS: Final = 25
    EMBED_FIELD_NAME: Final = 256
    EMBED_FIELD_VALUE: Final = 1024
    EMBED_FOOTER: Final = 2048
    EMBED_AUTHOR: Final = 256
    EMBED_URL: Final = 2048
    EMBEDS_TOTAL: Final = 6000
    FILES: Final = 10
    FILE_BYTES: Final = 10 * 1024 * 1024

    ROWS: Final = 5
    BUTTONS_IN_ROW: Final = 5
    CUSTOM_ID: Final = 100
    BUTTON_LABEL: Final = 80
    BUTTON_URL: Final = 512
    SELECT_OPTIONS: Final = 25
    SELECT_TEXT: Final = 100
    SELECT_PLACEHOLDER: Final = 150
    V2_COMPONENTS: Final = 40
    V2_TEXT: Final = 4000
    SECTION_TEXTS: Final = 3

    MODAL_TITLE: Final = 45
    MODAL_ROWS: Final = 5
    INPUT_LABEL: Final = 45
    INPUT_DESCRIPTION: Final = 100
    INPUT_PLACEHOLDER: Final = 100
    INPUT_TEXT: Final = 4000

    COMMANDS: Final = 130
    COMMAND_NAME: Final = 32
    COMMAND_DESCRIPTION: Final = 100
    COMMAND_TOTAL: Final = 8000
    OPTIONS: Final = 25
    CHOICES: Final = 25
    CHOICE: Final = 100


class ComponentType(IntEnum):
    """The types of message and modal components that are used below."""

    ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18


SELECTS: Final = frozenset(range(ComponentType.STRING_SELECT, ComponentType.CHANNEL_SELECT + 1)) - {
    ComponentType.TEXT_INPUT
}
LINK_STYLES: Final = frozenset({5})
PREMIUM_STYLE: Final = 6

EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7
COMPONENTS_V2: Final = 1 << 15

SUBCOMMAND, SUBCOMMAND_GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
CHAT_INPUT: Final = 1


class ApiError(Exception):
    """An HTTP error as Discord words it."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def to_json(self) -> Json:
        """The body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body

    def __str__(self) -> str:
        found = "; ".join(_flat(self.errors or {}))
        return f"{self.status} {self.code} {self.message}" + (f" ({found})" if found else "")


class Problems:
    """What is wrong with one body: errors by the dotted path of the field at fault."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def __str__(self) -> str:
        return "; ".join(f"{path}: {message}" for path, _, message in self._found)

    def add(self, path: str, code: str, message: str) -> None:
        """Note an error in the field at `path`."""
        self._found.append((path, code, message))

    def text(self, path: str, value: object, maximum: int, minimum: int = 0) -> int:
        """Check a text's length, which is returned so that callers can add lengths up."""
        if value is None or value == "":
            if minimum:
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
            return 0
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return 0
        if minimum and not minimum <= len(value) <= maximum:
            message = f"Must be between {minimum} and {maximum} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)
        elif len(value) > maximum:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {maximum} or fewer in length.")
        return len(value)

    def items(self, path: str, value: object, maximum: int, minimum: int = 0) -> list[Json]:
        """Check a list's length and return it; an absent one is empty."""
        if value is not None and not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        found: list[Json] = value or []
        if minimum and not minimum <= len(found) <= maximum:
            message = f"Must be between {minimum} and {maximum} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)
        elif len(found) > maximum:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {maximum} or fewer in length.")
        return found

    def url(self, path: str, value: object, maximum: int, schemes: tuple[str, ...]) -> None:
        """Check a link, when there is one: Discord refuses what it could not open."""
        if not value:
            return
        self.text(path, value, maximum)
        parts = urlsplit(str(value))
        if parts.scheme not in schemes:
            self.add(path, "URL_TYPE_INVALID_SCHEME", f"Scheme must be one of {schemes}.")
        elif not parts.netloc:
            self.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")

    def to_json(self) -> Json:
        """The errors nested by path, as Discord answers them."""
        errors: Json = {}
        for path, code, message in self._found:
            node = errors
            for key in filter(None, path.split(".")):
                node = node.setdefault(key, {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return errors

    def refuse(self) -> None:
        """Raise Discord's "Invalid Form Body" when anything has been noted."""
        if self:
            raise ApiError(400, 50035, "Invalid Form Body", self.to_json())


def _flat(errors: Json, path: str = "") -> Iterator[str]:
    for key, value in errors.items():
        if key == "_errors":
            yield f"{path}: " + " ".join(error["message"] for error in value)
        else:
            yield from _flat(value, f"{path}.{key}" if path else key)


def _join(prefix: str, *keys: object) -> str:
    return ".".join(str(key) for key in (prefix, *keys) if key != "")


# --- messages -----------------------------------------------------------------------------------------------


def check_message(body: Json, *, before: Json | None = None, files: int = 0, prefix: str = "") -> None:
    """Refuse a message that breaks a limit; `before` is the message that an edit would change."""
    problems = Problems()
    after = {**(before or {}), **{key: value for key, value in body.items() if key != "flags"}}
    v2 = bool(((body.get("flags") or 0) | (before or {}).get("flags", 0)) & COMPONENTS_V2)
    problems.text(_join(prefix, "content"), body.get("content"), Limit.CONTENT)
    _check_embeds(problems, _join(prefix, "embeds"), body.get("embeds"))
    if len(after.get("attachments") or []) > Limit.FILES or files > Limit.FILES:
        message = f"Must be {Limit.FILES} or fewer in length."
        problems.add(_join(prefix, "attachments"), "BASE_TYPE_MAX_LENGTH", message)
    _check_components(problems, _join(prefix, "components"), body.get("components"), v2=v2)
    if v2:
        _check_nothing_beside_v2(problems, after, prefix)
    problems.refuse()
    if is_empty(after, v2=v2, files=files):
        refuse_empty()


def refuse_empty() -> NoReturn:
    """Discord has a code of its own for this."""
    raise ApiError(400, 50006, "Cannot send an empty message")


def is_empty(message: Json, *, v2: bool, files: int = 0) -> bool:
    """Whether nothing would be shown: buttons alone are no message, v2 components are."""
    if (message.get("content") or "").strip() or files or message.get("attachments"):
        return False
    if v2 and message.get("components"):
        return False
    shown = ("title", "description", "fields", "image", "thumbnail", "footer", "author", "video")
    embeds = message.get("embeds") or []
    if any(embed.get(key) for embed in embeds for key in shown):
        return False
    return not (message.get("sticker_ids") or message.get("poll"))


def _check_embeds(problems: Problems, path: str, value: object) -> None:
    total = 0
    for index, embed in enumerate(problems.items(path, value, Limit.EMBEDS)):
        total += _check_embed(problems, _join(path, index), embed)
    if total > Limit.EMBEDS_TOTAL:
        message = f"Embed size exceeds maximum size of {Limit.EMBEDS_TOTAL}"
        problems.add(path, "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(problems: Problems, path: str, embed: Json) -> int:
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    total = problems.text(_join(path, "title"), embed.get("title"), Limit.EMBED_TITLE)
    total += problems.text(_join(path, "description"), embed.get("description"), Limit.EMBED_DESCRIPTION)
    total += problems.text(_join(path, "footer.text"), footer.get("text"), Limit.EMBED_FOOTER)
    total += problems.text(_join(path, "author.name"), author.get("name"), Limit.EMBED_AUTHOR)
    problems.url(_join(path, "url"), embed.get("url"), Limit.EMBED_URL, ("http", "https"))
    problems.url(_join(path, "author.url"), author.get("url"), Limit.EMBED_URL, ("http", "https"))
    for part in ("image", "thumbnail"):
        link = (embed.get(part) or {}).get("url")
        problems.url(_join(path, part, "url"), link, Limit.EMBED_URL, ("http", "https", "attachment"))
    fields = problems.items(_join(path, "fields"), embed.get("fields"), Limit.EMBED_FIELDS)
    for index, field in enumerate(fields):
        at = _join(path, "fields", index)
        total += problems.text(_join(at, "name"), field.get("name"), Limit.EMBED_FIELD_NAME, 1)
        total += problems.text(_join(at, "value"), field.get("value"), Limit.EMBED_FIELD_VALUE, 1)
    return total


def _check_nothing_beside_v2(problems: Problems, after: Json, prefix: str) -> None:
    for key in ("content", "embeds", "sticker_ids", "poll"):
        if after.get(key):
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            problems.add(_join(prefix, key), code, message)


def mentions_unguarded(body: Json) -> bool:
    """Whether a text goes out without `allowed_mentions` that forbid pinging whoever it happens to name.

    This is a rule of our own: what a bot quotes is not its own wording, and may hold "@everyone".
    """
    shown = [body.get("content") or ""]
    shown += [part.get("content") or "" for part in walk(body.get("components")) if is_text(part)]
    if not any(text.strip() for text in shown):
        return False
    allowed = body.get("allowed_mentions")
    return not (isinstance(allowed, dict) and allowed.get("parse") == [])


# --- components ---------------------------------------------------------------------------------------------


def walk(components: list[Json] | None) -> Iterator[Json]:
    """Every component, depth first, as they are shown."""
    for component in components or []:
        yield component
        yield from walk(component.get("components"))
        for key in ("component", "accessory"):
            if component.get(key):
                yield from walk([component[key]])


def is_text(component: Json) -> bool:
    """Whether a component is a text display."""
    return bool(component.get("type") == ComponentType.TEXT)


def _check_components(problems: Problems, path: str, value: object, *, v2: bool) -> None:
    maximum = Limit.V2_COMPONENTS if v2 else Limit.ROWS
    components = problems.items(path, value, maximum)
    allowed = _V2_TOP if v2 else frozenset({ComponentType.ROW})
    for index, component in enumerate(components):
        if component.get("type") not in allowed:
            values = ", ".join(str(int(kind)) for kind in sorted(allowed))
            message = f'Value of field "type" must be one of ({values}).'
            problems.add(_join(path, index, "type"), "UNION_TYPE_CHOICES", message)
        _check_component(problems, _join(path, index), component)
    _check_custom_ids(problems, path, components)
    if v2:
        _check_v2_totals(problems, path, components)


def _check_v2_totals(problems: Problems, path: str, components: list[Json]) -> None:
    found = list(walk(components))
    if len(found) > Limit.V2_COMPONENTS:
        message = f"The total number of components is {len(found)}, the maximum is {Limit.V2_COMPONENTS}."
        problems.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    length = sum(len(part.get("content") or "") for part in found if is_text(part))
    if length > Limit.V2_TEXT:
        message = f"The text displayed is {length} long, the maximum is {Limit.V2_TEXT}."
        problems.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def _check_custom_ids(problems: Problems, path: str, components: list[Json]) -> None:
    seen: set[str] = set()
    for component in walk(components):
        custom_id = component.get("custom_id")
        if custom_id in seen:
            message = "Component custom id cannot be duplicated"
            problems.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", f"{message}: {custom_id}")
        elif custom_id:
            seen.add(custom_id)


def _check_component(problems: Problems, path: str, component: Json) -> None:
    check = _COMPONENT_CHECKS.get(component.get("type", 0))
    if check is not None:
        check(problems, path, component)


def _check_row(problems: Problems, path: str, row: Json) -> None:
    at = _join(path, "components")
    parts = problems.items(at, row.get("components"), Limit.BUTTONS_IN_ROW, 1)
    if len(parts) > 1 and any(part.get("type") != ComponentType.BUTTON for part in parts):
        problems.add(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select takes a whole row.")
    for index, part in enumerate(parts):
        _check_component(problems, _join(at, index), part)


def _check_button(problems: Problems, path: str, button: Json) -> None:
    problems.text(_join(path, "label"), button.get("label"), Limit.BUTTON_LABEL)
    if button.get("style") == PREMIUM_STYLE:
        return
    if not button.get("label") and not button.get("emoji"):
        problems.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button needs a label or an emoji.")
    if button.get("style") in LINK_STYLES:
        if not button.get("url"):
            problems.add(_join(path, "url"), "BASE_TYPE_REQUIRED", "A url is required")
        schemes = ("http", "https", "discord")
        problems.url(_join(path, "url"), button.get("url"), Limit.BUTTON_URL, schemes)
    else:
        problems.text(_join(path, "custom_id"), button.get("custom_id"), Limit.CUSTOM_ID, 1)


def _check_select(problems: Problems, path: str, select: Json) -> None:
    problems.text(_join(path, "custom_id"), select.get("custom_id"), Limit.CUSTOM_ID, 1)
    problems.text(_join(path, "placeholder"), select.get("placeholder"), Limit.SELECT_PLACEHOLDER)
    if select.get("type") == ComponentType.STRING_SELECT:
        _check_select_options(problems, _join(path, "options"), select.get("options"))


def _check_select_options(problems: Problems, path: str, value: object) -> None:
    options = problems.items(path, value, Limit.SELECT_OPTIONS, 1)
    for index, option in enumerate(options):
        at = _join(path, index)
        problems.text(_join(at, "label"), option.get("label"), Limit.SELECT_TEXT, 1)
        problems.text(_join(at, "value"), option.get("value"), Limit.SELECT_TEXT, 1)
        problems.text(_join(at, "description"), option.get("description"), Limit.SELECT_TEXT)
    if len({option.get("value") for option in options}) < len(options):
        message = "The specified option value is already used"
        problems.add(path, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)


def _check_text_display(problems: Problems, path: str, text: Json) -> None:
    problems.text(_join(path, "content"), text.get("content"), Limit.V2_TEXT, 1)


def _check_section(problems: Problems, path: str, section: Json) -> None:
    at = _join(path, "components")
    for index, part in enumerate(problems.items(at, section.get("components"), Limit.SECTION_TEXTS, 1)):
        _check_component(problems, _join(at, index), part)
    if not section.get("accessory"):
        problems.add(_join(path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
    else:
        _check_component(problems, _join(path, "accessory"), section["accessory"])


def _check_container(problems: Problems, path: str, container: Json) -> None:
    at = _join(path, "components")
    for index, part in enumerate(problems.items(at, container.get("components"), Limit.V2_COMPONENTS, 1)):
        _check_component(problems, _join(at, index), part)


def _check_text_input(problems: Problems, path: str, field: Json) -> None:
    problems.text(_join(path, "custom_id"), field.get("custom_id"), Limit.CUSTOM_ID, 1)
    problems.text(_join(path, "label"), field.get("label"), Limit.INPUT_LABEL)
    problems.text(_join(path, "placeholder"), field.get("placeholder"), Limit.INPUT_PLACEHOLDER)
    problems.text(_join(path, "value"), field.get("value"), Limit.INPUT_TEXT)


def _check_label(problems: Problems, path: str, label: Json) -> None:
    problems.text(_join(path, "label"), label.get("label"), Limit.INPUT_LABEL, 1)
    problems.text(_join(path, "description"), label.get("description"), Limit.INPUT_DESCRIPTION)
    if not label.get("component"):
        problems.add(_join(path, "component"), "BASE_TYPE_REQUIRED", "This field is required")
    else:
        _check_component(problems, _join(path, "component"), label["component"])


_V2_TOP: Final = frozenset(
    {
        ComponentType.ROW,
        ComponentType.SECTION,
        ComponentType.TEXT,
        ComponentType.GALLERY,
        ComponentType.FILE,
        ComponentType.SEPARATOR,
        ComponentType.CONTAINER,
    }
)
_COMPONENT_CHECKS: Final[dict[int, Callable[[Problems, str, Json], None]]] = {
    ComponentType.ROW: _check_row,
    ComponentType.BUTTON: _check_button,
    ComponentType.TEXT_INPUT: _check_text_input,
    ComponentType.SECTION: _check_section,
    ComponentType.TEXT: _check_text_display,
    ComponentType.CONTAINER: _check_container,
    ComponentType.LABEL: _check_label,
    **dict.fromkeys(SELECTS, _check_select),
}


# --- modals and autocomplete --------------------------------------------------------------------------------


def check_modal(data: Json, prefix: str = "data") -> None:
    """Refuse a modal that Discord would not open."""
    problems = Problems()
    problems.text(_join(prefix, "title"), data.get("title"), Limit.MODAL_TITLE, 1)
    problems.text(_join(prefix, "custom_id"), data.get("custom_id"), Limit.CUSTOM_ID, 1)
    at = _join(prefix, "components")
    components = problems.items(at, data.get("components"), Limit.MODAL_ROWS, 1)
    for index, component in enumerate(components):
        _check_component(problems, _join(at, index), component)
    _check_custom_ids(problems, at, components)
    problems.refuse()


def check_choices(choices: object, option_type: int, prefix: str = "data.choices") -> None:
    """Refuse autocomplete choices that break a limit."""
    problems = Problems()
    _check_choices(problems, prefix, choices, option_type)
    problems.refuse()


def _check_choices(problems: Problems, path: str, value: object, option_type: int) -> None:
    choices = problems.items(path, value, Limit.CHOICES)
    for index, choice in enumerate(choices):
        at = _join(path, index)
        problems.text(_join(at, "name"), choice.get("name"), Limit.CHOICE, 1)
        _check_localised(problems, _join(at, "name"), choice.get("name_localizations"), Limit.CHOICE)
        _check_choice_value(problems, _join(at, "value"), choice.get("value"), option_type)


def _check_choice_value(problems: Problems, path: str, value: object, option_type: int) -> None:
    if option_type == STRING:
        problems.text(path, value, Limit.CHOICE, 1)
    elif isinstance(value, bool) or not isinstance(value, int if option_type == INTEGER else int | float):
        problems.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')


# --- application commands -----------------------------------------------------------------------------------


def check_commands(commands: object) -> None:
    """Refuse a bulk overwrite that breaks a limit."""
    problems = Problems()
    found = problems.items("", commands, Limit.COMMANDS)
    for index, command in enumerate(found):
        _check_command(problems, str(index), command)
    kinds = {command.get("type") or CHAT_INPUT for command in found}
    of_kind = [[each for each in found if (each.get("type") or CHAT_INPUT) == kind] for kind in kinds]
    if not all(are_names_unique(each) for each in of_kind):
        message = "Application command names must be unique"
        problems.add("", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    problems.refuse()


def _check_command(problems: Problems, path: str, command: Json) -> None:
    if (command.get("type") or CHAT_INPUT) == CHAT_INPUT:
        _check_named(problems, path, command)
        _check_options(problems, _join(path, "options"), command.get("options"))
        if _command_length(command) > Limit.COMMAND_TOTAL:
            message = f"Command exceeds maximum size ({Limit.COMMAND_TOTAL})"
            problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    else:
        problems.text(_join(path, "name"), command.get("name"), Limit.COMMAND_NAME, 1)
        _check_localised(problems, _join(path, "name"), command.get("name_localizations"), Limit.COMMAND_NAME)
        if command.get("description") or command.get("options"):
            message = "Context menu commands have neither description nor options"
            problems.add(path, "APPLICATION_COMMAND_INVALID_FIELD", message)


def _check_named(problems: Problems, path: str, named: Json) -> None:
    name = named.get("name")
    at = _join(path, "name")
    if problems.text(at, name, Limit.COMMAND_NAME, 1) and not is_command_name(str(name)):
        problems.add(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    for locale, name in (named.get("name_localizations") or {}).items():
        if not is_command_name(name):
            at = _join(path, "name_localizations", locale)
            problems.add(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    description = named.get("description")
    problems.text(_join(path, "description"), description, Limit.COMMAND_DESCRIPTION, 1)
    localised = named.get("description_localizations")
    _check_localised(problems, _join(path, "description"), localised, Limit.COMMAND_DESCRIPTION)


def _check_localised(problems: Problems, path: str, texts: Json | None, maximum: int) -> None:
    for locale, text in (texts or {}).items():
        problems.text(_join(f"{path}_localizations", locale), text, maximum, 1)


def are_names_unique(named: list[Json]) -> bool:
    """Whether no two names are the same in any language."""
    locales = {locale for each in named for locale in each.get("name_localizations") or {}}
    for locale in (None, *locales):
        names = [(each.get("name_localizations") or {}).get(locale) or each.get("name") for each in named]
        if len(set(names)) < len(names):
            return False
    return True


def is_command_name(name: str) -> bool:
    r"""Whether a name matches `^[-_'\p{L}\p{N}]{1,32}$` in lower case, which `re` alone cannot tell."""
    characters = all(character.isalnum() or character in "-_'" for character in name)
    return characters and name == name.lower() and 1 <= len(name) <= Limit.COMMAND_NAME


def _check_options(problems: Problems, path: str, value: object) -> None:
    options = problems.items(path, value, Limit.OPTIONS)
    optional_seen = False
    for index, option in enumerate(options):
        at = _join(path, index)
        _check_named(problems, at, option)
        if option.get("type") in (SUBCOMMAND, SUBCOMMAND_GROUP):
            _check_options(problems, _join(at, "options"), option.get("options"))
            continue
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            problems.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        _check_option_choices(problems, at, option)
    if not are_names_unique(options):
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option names must be unique")


def _check_option_choices(problems: Problems, path: str, option: Json) -> None:
    if option.get("autocomplete") and option.get("choices"):
        message = "Autocomplete and choices exclude each other"
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message)
    if (option.get("autocomplete") or option.get("choices")) and option.get("type") not in (
        STRING,
        INTEGER,
        NUMBER,
    ):
        message = "Only text and number options have choices"
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    _check_choices(problems, _join(path, "choices"), option.get("choices"), option.get("type", STRING))


def _command_length(part: Json) -> int:
    length = len(str(part.get("value") or ""))
    for key in ("name", "description"):  # of all languages the longest text counts
        texts = [part.get(key) or "", *(part.get(f"{key}_localizations") or {}).values()]
        length += max(len(text) for text in texts)
    children = [*(part.get("options") or []), *(part.get("choices") or [])]
    return length + sum(_command_length(child) for child in children)
