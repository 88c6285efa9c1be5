"""The Slack app that people create is the one that the code talks to."""

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.scopes import NEEDED, OPTIONAL
from handlers.payloads import COMMAND, HOME_OPENED, MENTIONED
from handlers.shortcuts import HANDLERS
from tests.documents.manifest_rules import complaints
from tests.documents.redraw import usage_hint

SCOPES: Final[dict[str, set[str]]] = {
    "auth_test": set(),
    "bookmarks_add": {"bookmarks:write"},
    "conversations_create": {"channels:manage", "groups:write"},
    "conversations_invite": {"channels:manage", "groups:write"},
    "conversations_join": {"channels:join"},
    "conversations_setTopic": {"channels:manage", "groups:write"},
    "pins_add": {"pins:write"},
    "apps_connections_open": set(),  # the app-level token has the scope connections:write
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_info": {"channels:read", "groups:read"},
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set(),
    "conversations_list": {"channels:read", "groups:read"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_lookupByEmail": {"users:read.email"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
}
"""What each method of the Web API needs; a method that is not here has to be looked up first."""


EVENTS: Final[dict[str, set[str]]] = {
    HOME_OPENED: set(),
    MENTIONED: {"app_mentions:read"},
}
"""What each event needs."""


@pytest.fixture
def text(checkout: Path) -> str:
    """Give the manifest as it is written."""
    return (checkout / "app-manifest.yml").read_text("utf-8")


@pytest.fixture
def manifest(text: str) -> dict[str, Any]:
    """Give the manifest as it is read."""
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_slack_would_take_the_manifest(manifest: dict[str, Any]) -> None:
    """It has no unknown key and keeps every limit."""
    assert complaints(manifest) == []


def test_the_manifest_for_http_needs_only_the_marks_taken_off(text: str) -> None:
    """What the first lines of the manifest tell people to do gives one that Slack takes."""
    over_http = re.sub(r"# (\w*url: https)", r"\1", text)
    over_http = over_http.replace("socket_mode_enabled: true", "socket_mode_enabled: false")
    assert over_http.count("https://dr.example.com/slack/events") == 4
    assert complaints(yaml.safe_load(over_http)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("display_information.name", "a name of more than thirty-five letters"),
        ("display_information.background_color", "blue"),
        ("features.bot_user.display_name", "dr/bot"),
        ("features.app_home.homes_tab_enabled", True),
        ("settings.socket_mode", True),
        ("settings.socket_mode_enabled", False),
        ("settings.interactivity.request_url", "https://dr.example.com/slack/events"),
        ("settings.interactivity.message_menu_options_url", "https://dr.example.com/slack/events"),
        ("settings.token_rotation_enabled", "no"),
        ("oauth_config.scopes.bot", ["commands", "commands"]),
        ("features.slash_commands", [{"command": "dr", "description": "x"}]),
        ("features.slash_commands", [{"command": "/dr"}]),
    ],
)
def test_a_mistake_in_the_manifest_is_found(
    manifest: dict[str, Any], path: str, value: object
) -> None:
    """Every one of these would be refused by Slack, or would leave a way in shut."""
    broken = deepcopy(manifest)
    *sections, last = path.split(".")
    place = broken
    for section in sections:
        place = place[section]
    place[last] = value
    assert complaints(broken)


def test_the_bot_asks_for_the_scopes_it_uses_and_for_no_other(
    manifest: dict[str, Any], checkout: Path
) -> None:
    """Scopes are those of the Web API methods that the code calls, of the slash command and of
    the events."""
    called = set(methods_called(checkout))
    assert called <= set(SCOPES), "look up the scopes of a new method and write them down"
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    needed = {"commands"}.union(*(SCOPES[method] for method in called))
    needed |= set[str]().union(*(EVENTS[event] for event in events))
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == needed
    assert list(scopes) == ["bot", "bot_optional"], "nothing on behalf of a person"


def test_whoever_installs_the_app_may_refuse_what_it_can_do_without(
    manifest: dict[str, Any],
) -> None:
    """A directory by address, and the channels of incidents; Slack wants them in both lists."""
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) <= set(scopes["bot"])


def test_the_doctor_looks_for_the_scopes_of_the_manifest(manifest: dict[str, Any]) -> None:
    """What it calls missing or needless is so by what people install."""
    scopes = manifest["oauth_config"]["scopes"]
    assert {*NEEDED, *OPTIONAL} == set(scopes["bot"])
    assert scopes["bot_optional"] == list(OPTIONAL)


def test_the_bot_cannot_read_conversations(manifest: dict[str, Any]) -> None:
    """No scope gives it a channel's history, and no event tells it what is not meant for it."""
    assert not [one for one in manifest["oauth_config"]["scopes"]["bot"] if "history" in one]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert not [one for one in events if one.startswith("message")]


def test_the_bot_subscribes_to_the_events_that_it_listens_to(manifest: dict[str, Any]) -> None:
    """The Home is enabled, and so is what tells that it was opened."""
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert events == [HOME_OPENED, MENTIONED]
    assert manifest["features"]["app_home"]["home_tab_enabled"] is True


def test_every_shortcut_is_one_that_is_listened_to(manifest: dict[str, Any]) -> None:
    """And the other way round."""
    shortcuts = manifest["features"]["shortcuts"]
    assert {one["callback_id"] for one in shortcuts} == set(HANDLERS)


def test_the_slash_command_is_the_one_that_is_listened_to(manifest: dict[str, Any]) -> None:
    """Its hint names every command, and Slack escapes what people type."""
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == COMMAND
    assert command["usage_hint"] == usage_hint()
    assert command["should_escape"] is True


def methods_called(checkout: Path) -> Iterator[str]:
    """Find the Web API methods that the code calls on a client of Slack's SDK."""
    for folder in ("bot", "handlers"):
        for path in (checkout / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and _is_method(node):
                    yield node.attr


def _is_method(node: ast.Attribute) -> bool:
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return name == "client" and "_" in node.attr and hasattr(AsyncWebClient, node.attr)
