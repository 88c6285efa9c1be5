"""What a modal or an App Home tab must look like before it is shown.

The rule: pure checks; what happens to a view afterwards is in `modals`.
"""

import json
from typing import Any

from sandbox.workspace.blocks import check_blocks
from sandbox.workspace.elements import plain
from sandbox.workspace.shapes import Complaints, Rule, Shape, complaint, flag, kinds, string, typed
from sandbox.workspace.wire import Json, SlackError

_LARGEST = 250_000


def _anything(value: Any, pointer: str) -> Complaints:
    """Blocks are looked at on their own, with the surface in mind."""
    if not isinstance(value, list):
        yield complaint("must be an array", pointer)


_SHARED: dict[str, Rule] = {
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
_MODAL: Shape = typed(
    "modal",
    {"title": plain(24), "blocks": _anything},
    {
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
        **_SHARED,
    },
)
_HOME: Shape = typed("home", {"blocks": _anything}, _SHARED)


def check_view(view: Any, surface: str) -> Json:
    """The view, if it may be shown as a `modal` or a `home` tab; refuses it otherwise."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", messages=[complaint("must be an object", "/view")])
    rules = {"modal": _MODAL} if surface == "modal" else {"home": _HOME}
    complaints = list(kinds(rules, f"view for {surface}")(view, "/view"))
    if not complaints:
        complaints = check_blocks(view["blocks"], surface, "/view/blocks")
    if not complaints and surface == "modal":
        complaints = list(_submit_for_inputs(view))
    if complaints:
        raise SlackError("invalid_arguments", messages=complaints)
    if len(json.dumps(view)) > _LARGEST:
        raise SlackError("view_too_large")
    return view


def _submit_for_inputs(view: Json) -> Complaints:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        yield complaint("missing required field: submit (there are input blocks)", "/view/submit")
