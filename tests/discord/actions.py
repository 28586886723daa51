"""What a person does in Discord's client, as the data of an interaction.

The client lets nobody send an unregistered command, leave out a required option or press a disabled button,
so neither do these functions: what could not happen raises AssertionError, and no test cheats by accident.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord

from tests.discord.limits import (
    CHAT_INPUT,
    LINK_STYLES,
    SELECTS,
    SUBCOMMAND,
    SUBCOMMAND_GROUP,
    ComponentType,
    Json,
    Limit,
    is_text,
    walk,
)
from tests.discord.world import (
    DM_CONTEXT,
    GUILD_CONTEXT,
    GUILD_INSTALL,
    USER_INSTALL,
    Channel,
    File,
    User,
    World,
    is_ephemeral,
)

USER_COMMAND, MESSAGE_COMMAND = 2, 3
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
PYTHON_TYPES: Final[dict[int, type | tuple[type, ...]]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    NUMBER: (int, float),
    USER: User,
    MENTIONABLE: (User, str),
    CHANNEL: Channel,
    ROLE: str,
    ATTACHMENT: File,
}


def require(condition: object, message: str) -> None:
    """Refuse what Discord's client would not let a person do."""
    if not condition:
        raise AssertionError(message)


# --- commands -----------------------------------------------------------------------------------------------


def find_command(world: World, name: str, kind: int, channel: Channel) -> Json:
    """The command that a person in this channel sees under this name."""
    guild_id = channel.guild.id if channel.guild and channel.has_bot else None
    shown = [*(world.commands.get(guild_id, []) if guild_id else []), *world.commands[None]]
    found = next((command for command in shown if command["name"] == name and command["type"] == kind), None)
    known = sorted(command["name"] for command in shown)
    if found is None:
        raise AssertionError(f"no command {name!r} is registered here, only {known}")
    contexts = found["contexts"]
    if contexts is None:
        contexts = [GUILD_CONTEXT, DM_CONTEXT] if found["dm_permission"] else [GUILD_CONTEXT]
    place = channel.context
    require(place in contexts, f"command {name!r} is not offered in context {place}, only in {contexts}")
    install = GUILD_INSTALL if channel.has_bot else USER_INSTALL
    require(install in found["integration_types"], f"command {name!r} is not installed for people")
    return found


def require_permission(command: Json, user: User, channel: Channel) -> None:
    """Refuse a command that its default permissions hide from the user."""
    needed = command["default_member_permissions"]
    if needed is None or channel.guild is None:
        return
    # Zero means: only those who may do everything.
    permissions = discord.Permissions(int(needed) or discord.Permissions(administrator=True).value)
    require(user.allowed(permissions), f"{user.name} does not have the permissions for {command['name']!r}")


def slash_data(world: World, path: str, options: Mapping[str, Any], channel: Channel) -> tuple[Json, Json]:
    """The command that is meant, and the data of an interaction that uses it."""
    command, data, leaf, spec = _open_path(world, path, channel)
    given = [option for option in spec if option["name"] in options]
    _require_known(path, options, spec)
    for option in spec:
        missing = option.get("required") and option["name"] not in options
        require(not missing, f"{path!r} requires the option {option['name']!r}")
    resolved: Json = {}
    leaf["options"] = [_option(world, option, options[option["name"]], resolved, channel) for option in given]
    if resolved:
        data["resolved"] = resolved
    return command, data


def autocomplete_data(
    world: World, path: str, options: Mapping[str, Any], focused: str, channel: Channel
) -> tuple[Json, Json]:
    """The command that is meant, and the data of an interaction that asks for choices to it."""
    command, data, leaf, spec = _open_path(world, path, channel)
    _require_known(path, options, spec)
    option = next((option for option in spec if option["name"] == focused), None)
    if option is None or not option.get("autocomplete"):
        raise AssertionError(f"the option {focused!r} of {path!r} has no autocomplete")
    values = {focused: "", **options}
    leaf["options"] = [
        {"name": option["name"], "type": option["type"], "value": values[option["name"]]}
        | ({"focused": True} if option["name"] == focused else {})
        for option in spec
        if option["name"] in values
    ]
    return command, data


def menu_data(world: World, name: str, target: Json | User, channel: Channel) -> tuple[Json, Json]:
    """The command that is meant, and the data of a context menu command on a message or a user."""
    kind = USER_COMMAND if isinstance(target, User) else MESSAGE_COMMAND
    command = find_command(world, name, kind, channel)
    data = _command_data(command)
    if isinstance(target, User):
        data["target_id"] = target.id
        data["resolved"] = _resolved_user(target, channel)
    else:
        data["target_id"] = target["id"]
        data["resolved"] = {"messages": {target["id"]: copy.deepcopy(target)}}
    return command, data


def _open_path(world: World, path: str, channel: Channel) -> tuple[Json, Json, Json, list[Json]]:
    name, *inner = path.split()
    command = find_command(world, name, CHAT_INPUT, channel)
    data = leaf = _command_data(command)
    spec: list[Json] = command["options"]
    for part in inner:
        found = next((option for option in spec if option["name"] == part), None)
        if found is None or found["type"] not in (SUBCOMMAND, SUBCOMMAND_GROUP):
            raise AssertionError(f"{path!r} is no subcommand: {part!r} is not among {_names(spec)}")
        nested: Json = {"name": part, "type": found["type"], "options": []}
        leaf["options"] = [nested]
        leaf, spec = nested, found.get("options") or []
    group = any(option["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP) for option in spec)
    require(not group, f"{path!r} is a group, not a command: {_names(spec)}")
    return command, data, leaf, spec


def _command_data(command: Json) -> Json:
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _names(spec: Sequence[Json]) -> list[str]:
    return [option["name"] for option in spec]


def _require_known(path: str, options: Mapping[str, Any], spec: Sequence[Json]) -> None:
    unknown = sorted(set(options) - set(_names(spec)))
    require(not unknown, f"{path!r} has no options {unknown}, only {_names(spec)}")


def _option(world: World, option: Json, value: Any, resolved: Json, channel: Channel) -> Json:
    kind = option["type"]
    wrong = not isinstance(value, PYTHON_TYPES[kind]) or (isinstance(value, bool) and kind != BOOLEAN)
    require(not wrong, f"the option {option['name']!r} (type {kind}) cannot be {value!r}")
    if option.get("choices"):
        value = _choice(option, value)
    _require_range(option, value)
    if kind == ATTACHMENT:
        attachment = world.store_file(value)
        _merge(resolved, {"attachments": {attachment["id"]: attachment}})
        value = attachment["id"]
    elif kind in (USER, CHANNEL, ROLE, MENTIONABLE):
        _merge(resolved, _resolved(value, channel))
    return {"name": option["name"], "type": kind, "value": getattr(value, "id", value)}


def _choice(option: Json, value: Any) -> Any:
    for choice in option["choices"]:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    names = [choice["name"] for choice in option["choices"]]
    raise AssertionError(f"the option {option['name']!r} offers {names}, not {value!r}")


def _require_range(option: Json, value: Any) -> None:
    measured = len(value) if isinstance(value, str) else value
    unit = "length" if isinstance(value, str) else "value"
    least, most = option.get(f"min_{unit}"), option.get(f"max_{unit}")
    require(least is None or measured >= least, f"the option {option['name']!r} takes at least {least}")
    require(most is None or measured <= most, f"the option {option['name']!r} takes at most {most}")
    if option["type"] == STRING:
        require(value and len(value) <= 6000, f"the option {option['name']!r} takes 1 to 6000 characters")


def _merge(resolved: Json, more: Json) -> None:
    for key, values in more.items():
        resolved.setdefault(key, {}).update(values)


def _resolved(value: User | Channel | str, channel: Channel) -> Json:
    if isinstance(value, User):
        return _resolved_user(value, channel)
    if isinstance(value, Channel):
        partial = {**value.to_json(), "permissions": str(discord.Permissions.text().value)}
        return {"channels": {value.id: partial}}
    roles = channel.guild.roles_json() if channel.guild else []
    found = {role["id"]: role for role in roles if role["id"] == value}
    require(found, f"there is no role {value!r} here")
    return {"roles": found}


def _resolved_user(user: User, channel: Channel) -> Json:
    resolved: Json = {"users": {user.id: user.to_json()}}
    if channel.guild is not None:
        member = {**channel.guild.member_json(user), "permissions": user.permission_bits}
        resolved["members"] = {user.id: member}
    return resolved


# --- components ---------------------------------------------------------------------------------------------


def component_data(world: World, message: Json, wanted: str, values: Sequence[Any], user: User) -> Json:
    """The data of an interaction that presses a button or chooses in a select menu of a message."""
    seen_by = world.audience.get(message["id"])
    hidden = is_ephemeral(message) and seen_by is not user
    require(not hidden, f"{user.name} does not see this ephemeral message")
    component = _find_component(message, wanted)
    require(not component.get("disabled"), f"{wanted!r} is disabled")
    require(component.get("style") not in LINK_STYLES, f"{wanted!r} is a link, which no bot is told of")
    kind = component["type"]
    data: Json = {"component_type": kind, "custom_id": component["custom_id"], "id": component["id"]}
    if kind in SELECTS:
        data["values"] = _selected(component, values)
        if kind != ComponentType.STRING_SELECT:
            data["resolved"] = {}
            for value in values:
                _merge(data["resolved"], _resolved(value, world.channels[message["channel_id"]]))
    return data


def _find_component(message: Json, wanted: str) -> Json:
    offered = [part for part in walk(message["components"]) if part.get("custom_id") or part.get("url")]
    for key in ("custom_id", "label", "placeholder"):
        for component in offered:
            if component.get(key) == wanted:
                return component
    for component in offered:
        if (component.get("emoji") or {}).get("name") == wanted:
            return component
    names = [part.get("label") or part.get("placeholder") or part.get("custom_id") for part in offered]
    raise AssertionError(f"the message offers {names}, not {wanted!r}")


def _selected(select: Json, values: Sequence[Any]) -> list[str]:
    least, most = select.get("min_values"), select.get("max_values") or 1
    least = 1 if least is None else least
    require(least <= len(values) <= most, f"between {least} and {most} have to be chosen, not {len(values)}")
    if select["type"] != ComponentType.STRING_SELECT:
        return [getattr(value, "id", value) for value in values]
    by_name = {option["label"]: option["value"] for option in select["options"]}
    by_name |= {option["value"]: option["value"] for option in select["options"]}
    for value in values:
        require(value in by_name, f"the menu offers {sorted(by_name)}, not {value!r}")
    return [by_name[value] for value in values]


def modal_data(modal: Json, values: Mapping[str, Any]) -> Json:
    """The data of an interaction that submits a form; `values` by label or custom id."""
    left = dict(values)
    components = [_submitted(component, left) for component in modal["components"]]
    require(not left, f"the form has no fields {sorted(left)}")
    return {"custom_id": modal["custom_id"], "components": components}


def _submitted(component: Json, left: dict[str, Any]) -> Json:
    if is_text(component):
        return {"type": component["type"], "id": component.get("id", 1)}
    if component["type"] == ComponentType.LABEL:
        inner = _field(component["component"], component["label"], left)
        return {"type": component["type"], "id": component.get("id", 1), "component": inner}
    fields = [_field(field, field.get("label", ""), left) for field in component["components"]]
    return {"type": component["type"], "id": component.get("id", 1), "components": fields}


def _field(field: Json, label: str, left: dict[str, Any]) -> Json:
    kind = field["type"]
    data: Json = {"type": kind, "id": field.get("id", 1), "custom_id": field["custom_id"]}
    value = left.pop(label, None)
    value = left.pop(field["custom_id"], value)
    if kind == ComponentType.STRING_SELECT:
        return {**data, "values": _selected(field, value or [])}
    require(kind == ComponentType.TEXT_INPUT, f"forms with components of type {kind} are not supported")
    text = str(field.get("value") or "") if value is None else str(value)
    require(text or not field.get("required", True), f"the field {label!r} is required")
    least, most = field.get("min_length") or 0, field.get("max_length") or Limit.INPUT_TEXT
    require(not text or least <= len(text) <= most, f"the field {label!r} takes {least} to {most} characters")
    return {**data, "value": text}
