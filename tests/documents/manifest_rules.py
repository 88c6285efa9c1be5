"""Slack's rules for an app manifest, written down by hand: every key, every limit.

Slack refuses a manifest with a key it does not know, and says so only when somebody installs the
app. The rule here: what is not listed is wrong.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Check = Callable[[Any], str]
"""Says what is wrong with a value, or ''."""


def _text(most: int, least: int = 0, pattern: str = "") -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "is not a text"
        if not least <= len(value) <= most:
            return f"has {len(value)} characters, not {least} to {most}"
        return "" if re.search(pattern, value) else f"does not match {pattern}"

    return check


def _yes_or_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false"


def _version(value: Any) -> str:
    return "" if value in {1, 2} else "is not 1 or 2"


def _texts(most: int, one: Check) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, list) or len(value) > most:
            return f"is not a list of at most {most}"
        if len(value) != len({str(each) for each in value}):
            return "says something twice"
        return next((wrong for each in value if (wrong := one(each))), "")

    return check


_URL: Final = _text(3000, 1, r"^https://")
_SCOPES: Final = _texts(255, _text(100, 1, r"^[a-z_.:]+$"))

RULES: Final[Mapping[str, Check]] = {
    "_metadata.major_version": _version,
    "_metadata.minor_version": lambda value: "" if isinstance(value, int) else "is not a number",
    "display_information.name": _text(35, 1),
    "display_information.description": _text(140),
    "display_information.long_description": _text(4000, 175),
    "display_information.background_color": _text(7, 4, r"^#([0-9a-fA-F]{3}){1,2}$"),
    "features.app_home.home_tab_enabled": _yes_or_no,
    "features.app_home.messages_tab_enabled": _yes_or_no,
    "features.app_home.messages_tab_read_only_enabled": _yes_or_no,
    "features.bot_user.display_name": _text(80, 1, r"^[A-Za-z0-9 ._-]+$"),
    "features.bot_user.always_online": _yes_or_no,
    "features.slash_commands.command": _text(32, 2, r"^/[^\s/]+$"),
    "features.slash_commands.description": _text(2000, 1),
    "features.slash_commands.should_escape": _yes_or_no,
    "features.slash_commands.url": _URL,
    "features.slash_commands.usage_hint": _text(1000),
    "features.shortcuts.type": _text(7, 1, r"^(message|global)$"),
    "features.shortcuts.name": _text(24, 1),
    "features.shortcuts.callback_id": _text(255, 1),
    "features.shortcuts.description": _text(150, 1),
    "features.unfurl_domains": _texts(5, _text(255, 1)),
    "oauth_config.redirect_urls": _texts(1000, _URL),
    "oauth_config.scopes.bot": _SCOPES,
    "oauth_config.scopes.bot_optional": _SCOPES,
    "oauth_config.scopes.user": _SCOPES,
    "oauth_config.scopes.user_optional": _SCOPES,
    "oauth_config.token_management_enabled": _yes_or_no,
    "oauth_config.pkce_enabled": _yes_or_no,
    "settings.allowed_ip_address_ranges": _texts(50, _text(50, 1)),
    "settings.event_subscriptions.request_url": _URL,
    "settings.event_subscriptions.bot_events": _texts(100, _text(100, 1)),
    "settings.interactivity.is_enabled": _yes_or_no,
    "settings.interactivity.request_url": _URL,
    "settings.interactivity.message_menu_options_url": _URL,
    "settings.org_deploy_enabled": _yes_or_no,
    "settings.socket_mode_enabled": _yes_or_no,
    "settings.token_rotation_enabled": _yes_or_no,
}
"""Every key there is, by its path; the items of a list of maps share their list's path."""

REQUIRED: Final = (
    "display_information.name",
    "features.bot_user.display_name",
    "features.slash_commands.command",
    "features.slash_commands.description",
)
_MOST_OF: Final = {"features.slash_commands": 50, "features.shortcuts": 10}


def complaints(manifest: Mapping[str, Any]) -> list[str]:
    """Say everything that Slack would refuse in a manifest."""
    leaves = list(_leaves(manifest, ""))
    found = [
        f"{path} is not a key of a manifest" if path not in RULES else f"{path} {wrong}"
        for path, value in leaves
        if path not in RULES or (wrong := RULES[path](value))
    ]
    found += [f"{path} is missing" for path in REQUIRED if path not in dict(leaves)]
    for path, most in _MOST_OF.items():
        section, _, name = path.partition(".")
        if len(manifest.get(section, {}).get(name, [])) > most:
            found.append(f"{path} has more than {most}")
    return found + _transport(manifest)


def _transport(manifest: Mapping[str, Any]) -> list[str]:
    """Over HTTP every way in needs an address; in Socket Mode none may be named."""
    settings, features = manifest.get("settings", {}), manifest.get("features", {})
    named = {
        "the slash command": any("url" in one for one in features.get("slash_commands", [])),
        "interactivity": "request_url" in settings.get("interactivity", {}),
        "what menus offer": "message_menu_options_url" in settings.get("interactivity", {}),
        "events": "request_url" in settings.get("event_subscriptions", {}),
    }
    socket = settings.get("socket_mode_enabled", False)
    wrong = "has an address although Socket Mode is on" if socket else "has no address"
    return [f"{what} {wrong}" for what, has in named.items() if has == socket]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Walk to every value, but stop where a rule is about the whole of it."""
    if isinstance(value, Mapping) and path not in RULES:
        if not value:
            yield path, value
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and path not in RULES:
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, value
