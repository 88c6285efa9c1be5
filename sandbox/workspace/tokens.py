"""Triggers and response addresses: the short-lived permissions an app receives with a payload.

A trigger opens one modal within three real seconds, because it is the app that is being timed; a
response address takes five messages within thirty minutes of the workspace's own time.
"""

import itertools
import secrets
import time
from dataclasses import dataclass

from sandbox.workspace.state import State
from sandbox.workspace.wire import SlackError

_USES = 5
_LIFETIME = 30 * 60


@dataclass
class Trigger:
    """The permission to answer one interaction with a modal."""

    user: str
    view: str | None
    """The view the interaction happened in, if it was one."""
    born: float
    used: bool = False


@dataclass
class Response:
    """Where a response address leads."""

    user: str
    channel: str
    born: float
    ts: str | None = None
    """The message the interaction happened in, if it was one."""
    uses: int = 0


class Tokens:
    """Every trigger and response address handed out."""

    def __init__(self, state: State, trigger_seconds: float = 3.0) -> None:
        self.trigger_seconds = trigger_seconds
        self._state = state
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, Response] = {}
        self._numbers = itertools.count(1)

    def new_trigger(self, user: str, view: str | None = None) -> str:
        """Hand out a trigger."""
        trigger_id = f"{next(self._numbers)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, view, time.monotonic())
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Exchange a trigger; refuses one that is unknown, used or too old."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - trigger.born > self.trigger_seconds:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response(self, user: str, channel: str, ts: str | None = None) -> str:
        """Hand out the path of a response address."""
        token = secrets.token_urlsafe(18)
        self._responses[token] = Response(user, channel, self._state.seconds(), ts)
        return f"/response/{token}"

    def use_response(self, token: str) -> Response:
        """Count one use of a response address; refuses one that is unknown, used up or too old."""
        response = self._responses.get(token)
        if response is None or self._state.seconds() - response.born > _LIFETIME:
            raise SlackError("expired_url")
        if response.uses >= _USES:
            raise SlackError("used_url")
        response.uses += 1
        return response
