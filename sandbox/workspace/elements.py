"""What may stand inside a block: texts, options, confirmations and interactive elements.

The limits are Slack's published ones. The rule: one entry in `ELEMENTS` per element, and `PLACES`
says where each may stand.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.workspace.shapes import (
    Complaints,
    Rule,
    Shape,
    complaint,
    flag,
    kinds,
    list_of,
    number,
    one_of,
    string,
    typed,
)


def plain(longest: int) -> Rule:
    """A plain_text object."""
    return typed("plain_text", {"text": string(longest, 1)}, {"emoji": flag})


def words(longest: int) -> Rule:
    """A plain_text or mrkdwn object."""
    mrkdwn = typed("mrkdwn", {"text": string(longest, 1)}, {"verbatim": flag})
    return kinds({"plain_text": plain(longest), "mrkdwn": mrkdwn}, "text object")


CONFIRM = Shape(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)


def option(text: Rule, **more: Rule) -> Shape:
    """An option of a select, an overflow menu, checkboxes or radio buttons."""
    return Shape({"text": text, "value": string(150, 1)}, {"description": words(75), **more})


CHOICE = option(plain(75))
LABELLED = option(words(75))
GROUP = Shape({"label": plain(75), "options": list_of(CHOICE, 100)})

ACTION_ID: dict[str, Rule] = {"action_id": string(255, 1)}
MENU: dict[str, Rule] = {
    **ACTION_ID,
    "placeholder": plain(150),
    "confirm": CONFIRM,
    "focus_on_load": flag,
}


def _choices(rule: Shape) -> Rule:
    """One of `options` and `option_groups`, and never both."""

    def check(value: Any, pointer: str) -> Complaints:
        if isinstance(value, dict) and ("options" in value) == ("option_groups" in value):
            yield complaint("must have exactly one of: options, option_groups", pointer)
        yield from rule(value, pointer)

    return check


def _static(kind: str, initial: Mapping[str, Rule]) -> Rule:
    lists = {"options": list_of(CHOICE, 100), "option_groups": list_of(GROUP, 100)}
    return _choices(typed(kind, {}, {**MENU, **lists, **initial}))


def _boxes(kind: str, initial: Mapping[str, Rule]) -> Rule:
    may: dict[str, Rule] = {**ACTION_ID, "confirm": CONFIRM, "focus_on_load": flag, **initial}
    return typed(kind, {"options": list_of(LABELLED, 10)}, may)


_MANY: dict[str, Rule] = {
    "initial_options": list_of(CHOICE, 100),
    "max_selected_items": number(1, 100),
}
_QUERY: dict[str, Rule] = {"min_query_length": number(0, 100)}
_DISPATCH = Shape(
    {}, {"trigger_actions_on": list_of(one_of("on_enter_pressed", "on_character_entered"), 2)}
)

IMAGE = typed("image", {"image_url": string(3000, 1), "alt_text": string(2000, 1)})

ELEMENTS: dict[str, Rule] = {
    "button": typed(
        "button",
        {"text": plain(75)},
        {
            **ACTION_ID,
            "url": string(3000),
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "static_select": _static("static_select", {"initial_option": CHOICE}),
    "multi_static_select": _static("multi_static_select", _MANY),
    "external_select": typed("external_select", {}, {**MENU, **_QUERY, "initial_option": CHOICE}),
    "multi_external_select": typed("multi_external_select", {}, {**MENU, **_QUERY, **_MANY}),
    "users_select": typed("users_select", {}, {**MENU, "initial_user": string(20, 1)}),
    "channels_select": typed("channels_select", {}, {**MENU, "initial_channel": string(20, 1)}),
    "overflow": typed(
        "overflow",
        {"options": list_of(option(plain(75), url=string(3000)), 5)},
        {**ACTION_ID, "confirm": CONFIRM},
    ),
    "checkboxes": _boxes("checkboxes", {"initial_options": list_of(LABELLED, 10)}),
    "radio_buttons": _boxes("radio_buttons", {"initial_option": LABELLED}),
    "datepicker": typed("datepicker", {}, {**MENU, "initial_date": string(10, 10)}),
    "plain_text_input": typed(
        "plain_text_input",
        {},
        {
            **ACTION_ID,
            "placeholder": plain(150),
            "initial_value": string(3000),
            "multiline": flag,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
            "dispatch_action_config": _DISPATCH,
            "focus_on_load": flag,
        },
    ),
    "image": IMAGE,
}

_MENUS = {name for name in ELEMENTS if name.endswith("_select")}
_CHOOSERS = {*_MENUS, "checkboxes", "radio_buttons", "datepicker"}

PLACES: dict[str, set[str]] = {
    "actions": {*_CHOOSERS, "button", "overflow"},
    "accessory": {*_CHOOSERS, "button", "overflow", "image"},
    "input": {*_CHOOSERS, "plain_text_input"},
    "context": {"image"},
}


def element(place: str) -> Rule:
    """Whatever may stand in one kind of place."""
    return kinds({name: ELEMENTS[name] for name in PLACES[place]}, f"element in {place}")


OPTIONS_ANSWER = _choices(
    Shape({}, {"options": list_of(CHOICE, 100, 0), "option_groups": list_of(GROUP, 100, 0)})
)
"""What an app may answer to a `block_suggestion`."""
