"""What becomes of a modal when it is sent off.

Slack itself looks at the required inputs first; then the app's answer says what happens. The rule:
an answer that makes no sense is refused, and the modal stays as it was.
"""

from typing import Any

from sandbox.workspace.entries import missing
from sandbox.workspace.view_rules import check_view
from sandbox.workspace.views import View, Views
from sandbox.workspace.wire import Json, SlackError


def missing_inputs(view: View) -> dict[str, str]:
    """What Slack says by itself about the inputs, by block id."""
    return missing(view.blocks, view.entries)


def apply_response_action(views: Views, view: View, body: Json) -> dict[str, str]:
    """Do what the app answered; returns its complaints by block id, if that is what it answered."""
    action = body.get("response_action")
    if action == "errors":
        return _errors(view, body.get("errors"))
    if action == "clear":
        views.clear(view.user)
    elif action == "update":
        views.update(view, check_view(body.get("view"), "modal"))
    elif action == "push":
        views.push_on(view, check_view(body.get("view"), "modal"))
    elif action is not None:
        raise SlackError("invalid_response_action")
    elif view in views.stacks[view.user]:
        views.close(view)
    return {}


def _errors(view: View, given: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(given, dict) or not given or not set(given) <= inputs:
        raise SlackError("invalid_errors")
    return {block_id: str(words) for block_id, words in given.items()}
