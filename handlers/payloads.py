"""What of a payload Bolt and the listeners read, and of which kind it has to be.

Slack signs only what it means; whatever is not so comes of a version that nobody has heard of, or
of somebody who has the secret. It is turned away whole, before any of it is looked at.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

COMMAND: Final = "/dr"


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Named(_Part):
    id: str | None = None


class _User(_Part):
    id: str


class _Container(_Part):
    channel_id: str | None = None
    message_ts: str | None = None
    is_ephemeral: bool | None = None


class _Action(_Part):
    action_id: str
    value: str | None = None
    action_ts: str | None = None


class _Chosen(_Part):
    value: str | None = None


class _Input(_Part):
    value: str | None = None
    selected_option: _Chosen | None = None


class _State(_Part):
    values: dict[str, dict[str, _Input]] = {}


class _View(_Part):
    id: str
    type: str
    private_metadata: str | None = None
    state: _State | None = None


class _Event(_Part):
    type: str


class _Frame(_Part):
    """What is read to tell whether it is of our workspace, and where an answer goes."""

    type: str | None = None
    team_id: str | None = None
    enterprise_id: str | None = None
    team: _Named | None = None
    enterprise: _Named | str | None = None
    user_id: str | None = None
    response_url: str | None = None
    actions: list[_Action] | None = Field(default=None, min_length=1)
    view: _View | None = None
    container: _Container | None = None
    event: _Event | None = None


class _Anything(_Frame):
    user: _Named | str | None = None


class _Command(_Anything):
    user_id: str
    channel_id: str
    trigger_id: str
    response_url: str
    text: str | None = None


class _Press(_Frame):
    user: _User
    actions: list[_Action] = Field(min_length=1)
    trigger_id: str | None = None


class _Form(_Frame):
    user: _User
    view: _View


_KINDS: Final[Mapping[str, type[_Frame]]] = {
    "block_actions": _Press,
    "view_submission": _Form,
}


def unlike_slack(body: Mapping[str, Any]) -> str:
    """Return where a payload is not as Slack sends them, or ''."""
    kind = body.get("type")
    model = (
        _Command
        if body.get("command") == COMMAND
        else _KINDS.get(kind if isinstance(kind, str) else "")
    )
    try:
        (model or _Anything).model_validate(body)
    except ValidationError as error:
        return ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])[:80]
    return ""
