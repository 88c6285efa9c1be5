"""What of a payload Bolt and the listeners read, and of which kind it has to be.

Slack signs only what it means; whatever is not so comes of a version that nobody has heard of, or
of somebody who has the secret. It is turned away whole, before any of it is looked at.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

COMMAND: Final = "/dr"
HOME_OPENED: Final = "app_home_opened"
MENTIONED: Final = "app_mention"


class _Part(BaseModel):
    # What is frozen is not copied when it stands in for a part that is missing.
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


def _whole(text: str) -> str:
    """Refuse half a character: what is stored and hashed cannot hold it."""
    text.encode()
    return text


_Text = Annotated[str, AfterValidator(_whole)]
_Url = Annotated[str, AfterValidator(_whole), Field(max_length=1000)]
_Id = Annotated[str, AfterValidator(_whole), Field(max_length=255)]


class _Named(_Part):
    id: _Id | None = None


class _User(_Part):
    id: _Id


class _Container(_Part):
    type: _Text | None = None
    channel_id: _Id | None = None
    message_ts: _Id | None = None
    is_ephemeral: bool | None = None


class _Action(_Part):
    action_id: _Id
    value: _Text | None = None
    action_ts: _Id | None = None


class _Chosen(_Part):
    value: _Text | None = None


class _Input(_Part):
    value: str | None = None
    selected_option: _Chosen | None = None


class _State(_Part):
    values: dict[_Text, dict[_Text, _Input]] = {}


class _Block(_Part):
    type: _Text


class _View(_Part):
    id: _Id
    type: _Text
    hash: _Id | None = None
    blocks: list[_Block] | None = None
    private_metadata: _Text | None = None
    state: _State | None = None


class _Event(_Part):
    type: _Text


class _Published(_Part):
    hash: _Id | None = None


class _Opened(_Event):
    """Somebody opened the bot's Home, or its messages."""

    user: _Id
    tab: _Text | None = None
    view: _Published | None = None


class _Mention(_Event):
    """Somebody, or something, mentioned the bot."""

    user: _Id | None = None
    bot_id: _Id | None = None
    subtype: _Text | None = None
    text: _Text | None = None
    channel: _Id
    ts: _Id
    thread_ts: _Id | None = None


class _Frame(_Part):
    """What is read to tell whether it is of our workspace, and where an answer goes."""

    type: _Text | None = None
    team_id: _Id | None = None
    enterprise_id: _Id | None = None
    team: _Named | None = None
    enterprise: _Named | _Text | None = None
    user_id: _Id | None = None
    response_url: _Url | None = None
    actions: list[_Action] | None = Field(default=None, min_length=1)
    view: _View | None = None
    container: _Container | None = None
    event: _Event = _Event(type="")  # Bolt looks into one that is null


class _Anything(_Frame):
    user: _Named | _Text | None = None


class _Command(_Anything):
    user_id: _Id
    channel_id: _Id
    trigger_id: _Id
    response_url: _Url
    text: _Text | None = None


class _Press(_Frame):
    user: _User
    actions: list[_Action] = Field(min_length=1)
    trigger_id: _Id | None = None


class _Typing(_Frame):
    """Somebody types into a field, and waits for what to choose from."""

    user: _User
    action_id: _Id
    value: _Text | None = None


class _Form(_Frame):
    user: _User
    view: _View
    trigger_id: _Id | None = None


class _Shortcut(_Frame):
    """Somebody chose one of our shortcuts, from the global menu or on a message."""

    user: _User
    callback_id: _Id
    trigger_id: _Id | None = None
    channel: _Named | None = None
    message: dict[_Text, Any] | None = None


class _HomeOpened(_Anything):
    event_id: _Id
    event: _Opened


class _Mentioned(_Anything):
    event_id: _Id
    event: _Mention


_SUGGESTION: Final = "block_suggestion"

_KINDS: Final[Mapping[str, type[_Frame]]] = {
    "block_actions": _Press,
    _SUGGESTION: _Typing,
    "view_submission": _Form,
    "shortcut": _Shortcut,
    "message_action": _Shortcut,
}
_EVENTS: Final[Mapping[str, type[_Frame]]] = {
    HOME_OPENED: _HomeOpened,
    MENTIONED: _Mentioned,
}


def unlike_slack(body: Mapping[str, Any]) -> str:
    """Return where a payload is not as Slack sends them, or ''."""
    model = _Command if body.get("command") == COMMAND else _KINDS.get(_word(body.get("type")))
    if body.get("type") == "event_callback" and isinstance(event := body.get("event"), dict):
        model = _EVENTS.get(_word(event.get("type")))
    try:
        (model or _Anything).model_validate(body)
    except ValidationError as error:
        return ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])[:80]
    return ""


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def only_asks(body: Mapping[str, Any]) -> bool:
    """Whether a payload changes nothing, and may come twice.

    Slack sends the very same for the same letters, within a second even with the same signature.
    """
    return body.get("type") == _SUGGESTION and body.get("command") != COMMAND
