"""What people have typed or chosen in interactive elements, in the form an app receives it.

The rule: an element's type alone decides the name and the form of its value.
"""

from typing import Any

from sandbox.workspace.blocks import elements_of
from sandbox.workspace.wire import Json

_FIELD = {
    "plain_text_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
}
_INITIAL = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_channel": "initial_channel",
    "selected_date": "initial_date",
}
_MANY = "selected_options"
# What was entered so far: block id, action id, entry.
Entries = dict[str, dict[str, Json]]


class NotOfferedError(Exception):
    """Somebody chose what the element does not offer."""


def entry(element: Json, value: Any, offered: list[Json]) -> Json:
    """What the app receives when `value` is entered.

    Options are given by their values and are looked up among those of the element and `offered`
    (what the app suggested); raises `NotOfferedError` for any other.
    """
    kind = element["type"]
    name = _FIELD[kind]
    if name == "selected_option":
        chosen = None if value is None else _option(element, str(value), offered)
        return {"type": kind, name: chosen}
    if name == _MANY:
        values = value if isinstance(value, list) else [value]
        return {"type": kind, name: [_option(element, str(item), offered) for item in values]}
    return {"type": kind, name: value or None}


def all_options(element: Json) -> list[Json]:
    """The options an element offers by itself."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(item for group in groups for item in group["options"])]


def current(blocks: list[Json], entries: Entries) -> Entries:
    """`state.values`: everything enterable in these blocks, with what is entered by now."""
    values: Entries = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in _FIELD and element["type"] != "overflow":
                kept = entries.get(block["block_id"], {}).get(element["action_id"])
                known = values.setdefault(block["block_id"], {})
                known[element["action_id"]] = kept or _initial(element)
    return values


def missing(blocks: list[Json], entries: Entries) -> dict[str, str]:
    """What Slack itself says under required or badly filled inputs, by block id."""
    complaints: dict[str, str] = {}
    values = current(blocks, entries)
    for block in blocks:
        if block["type"] == "input":
            given = values[block["block_id"]][block["element"]["action_id"]]
            if words := _complaint(block, given[_FIELD[given["type"]]]):
                complaints[block["block_id"]] = words
    return complaints


def _complaint(block: Json, value: Any) -> str:
    if not value:
        return "" if block.get("optional") else "Please complete this required field."
    shortest, longest = (block["element"].get(name) for name in ("min_length", "max_length"))
    if shortest and len(value) < shortest:
        return f"Please use at least {shortest} characters."
    if longest and len(value) > longest:
        return f"Please use at most {longest} characters."
    return ""


def _initial(element: Json) -> Json:
    name = _FIELD[element["type"]]
    return {
        "type": element["type"],
        name: element.get(_INITIAL[name], [] if name == _MANY else None),
    }


def _option(element: Json, value: str, offered: list[Json]) -> Json:
    for option in (*all_options(element), *offered):
        if option["value"] == value:
            return option
    raise NotOfferedError(value)
