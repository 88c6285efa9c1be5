"""Showing modals and home tabs: `views.*`."""

from sandbox.workspace.core import Core
from sandbox.workspace.methods import Method, known_user
from sandbox.workspace.view_rules import check_view
from sandbox.workspace.wire import Arguments, Json, SlackError


def open_view(core: Core, arguments: Arguments) -> Json:
    """The view is checked before the trigger is used up, as Slack does."""
    body = check_view(arguments.json("view"), "modal")
    trigger = core.tokens.use_trigger(arguments.need("trigger_id"))
    return {"view": core.views.as_sent(core.views.open(trigger, body))}


def push(core: Core, arguments: Arguments) -> Json:
    body = check_view(arguments.json("view"), "modal")
    trigger = core.tokens.use_trigger(arguments.need("trigger_id"))
    return {"view": core.views.as_sent(core.views.push(trigger, body))}


def update(core: Core, arguments: Arguments) -> Json:
    view = core.views.find(arguments.text("view_id") or arguments.need("external_id"))
    if view is None:
        raise SlackError("not_found")
    body = check_view(arguments.json("view"), view.body["type"])
    return {"view": core.views.as_sent(core.views.update(view, body, arguments.text("hash")))}


def publish(core: Core, arguments: Arguments) -> Json:
    user = known_user(core, arguments.need("user_id"))
    if not core.home_enabled:
        raise SlackError("not_enabled")
    body = check_view(arguments.json("view"), "home")
    return {"view": core.views.as_sent(core.views.publish(user.id, body, arguments.text("hash")))}


VIEWS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
