"""How arguments and refusals travel between an app and the workspace.

An app may send a form, a query string, JSON, or JSON inside a form field, and mixes them freely;
`Arguments` is what is left when that is sorted out. The rule: nothing here knows what a method
does.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from aiohttp import web

# Bodies of the Web API are JSON of any shape until a method has looked at them.
Json: TypeAlias = dict[str, Any]


class SlackError(Exception):
    """A refusal as Slack words it: HTTP 200 with `ok: false` and a short name.

    `messages` go to `response_metadata.messages`; `extra` is merged into the answer.
    """

    def __init__(self, name: str, *, messages: list[str] | None = None, **extra: Any) -> None:
        super().__init__(name)
        self.name = name
        self.messages = messages or []
        self.extra = extra

    @property
    def answer(self) -> Json:
        """The body an app receives."""
        body: Json = {"ok": False, "error": self.name, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


class Arguments:
    """The arguments of one call; every reader refuses what it cannot understand."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values: Json = {name: value for name, value in values.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are accepted, as Slack does for timestamps."""
        value = self.values.get(name, default)
        if isinstance(value, bool | dict | list):
            raise invalid(f"[ERROR] {name} must be a string [json-pointer:/{name}]")
        return str(value)

    def need(self, name: str) -> str:
        """A string that must be there and must not be empty."""
        value = self.text(name)
        if not value:
            raise invalid(f"[ERROR] missing required field: {name}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A truth value, in any of the spellings clients use."""
        value = self.values.get(name, default)
        if isinstance(value, bool):
            return value
        return str(value).lower() in {"1", "true", "yes"}

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        try:
            return int(self.text(name, str(default)))
        except ValueError as error:
            raise invalid(f"[ERROR] {name} must be an integer [json-pointer:/{name}]") from error

    def names(self, name: str) -> list[str]:
        """A list given as JSON or as words between commas."""
        value = self.values.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [item.strip() for item in self.text(name).split(",") if item.strip()]

    def json(self, name: str) -> Any:
        """A value given as JSON or as JSON inside a string; None when it is absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise SlackError(
                "invalid_arguments", messages=[f"[ERROR] invalid JSON [json-pointer:/{name}]"]
            ) from error


def invalid(*messages: str) -> SlackError:
    """The refusal of arguments that make no sense."""
    return SlackError("invalid_arguments", messages=list(messages))


async def read_arguments(request: web.Request) -> tuple[Arguments, str]:
    """Everything sent with a call, and its token (empty when there is none)."""
    values: Json = dict(request.query)
    if request.method == "POST":
        values.update(await _body(request))
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    sent = values.pop("token", "")
    return Arguments(values), token.strip() if scheme == "Bearer" else str(sent)


async def _body(request: web.Request) -> Json:
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError as error:
            raise SlackError("invalid_json") from error
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return body
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return dict((await request.post()).items())
    if await request.read():
        raise SlackError("invalid_post_type")
    return {}
