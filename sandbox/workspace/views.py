"""Modals and App Home tabs: what each person has open, and what may replace what.

The rule: a person has one stack of at most three modals and one home tab; every view shown has a
hash, and an app that updates with an old hash is refused.
"""

import secrets
from dataclasses import dataclass, field

from sandbox.workspace.blocks import fill_in
from sandbox.workspace.entries import Entries, current
from sandbox.workspace.state import State
from sandbox.workspace.tokens import Trigger
from sandbox.workspace.wire import Json, SlackError

_DEEPEST = 3


@dataclass
class View:
    """A view on somebody's screen."""

    id: str
    user: str
    body: Json
    """As the app gave it, with ids filled in."""
    hash: str
    root_id: str
    previous_id: str | None = None
    entries: Entries = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        blocks: list[Json] = self.body["blocks"]
        return blocks


class Views:
    """Every view that is open."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def find(self, view_id: str) -> View | None:
        """An open modal or a home tab, by id or by the app's own external id."""
        open_views = [view for stack in self.stacks.values() for view in stack]
        for view in (*open_views, *self.homes.values()):
            if view_id and view_id in {view.id, view.body.get("external_id")}:
                return view
        return None

    def open(self, trigger: Trigger, body: Json) -> View:
        """Show a modal: on top of the one it was asked for in, else instead of all of them."""
        stack = self.stacks.setdefault(trigger.user, [])
        if not any(view.id == trigger.view for view in stack):
            stack.clear()
        return self._lay(trigger.user, body)

    def push(self, trigger: Trigger, body: Json) -> View:
        """Lay a modal on top of the one the interaction happened in."""
        if not any(view.id == trigger.view for view in self.stacks.get(trigger.user, [])):
            raise SlackError("invalid_trigger_id")
        return self._lay(trigger.user, body)

    def push_on(self, view: View, body: Json) -> View:
        """Lay a modal on top of one that was just submitted."""
        return self._lay(view.user, body)

    def update(self, view: View, body: Json, known_hash: str = "") -> View:
        """Replace what a view shows; what people entered stays where the ids stay."""
        if known_hash and known_hash != view.hash:
            raise SlackError("hash_conflict")
        self._refuse_double(body, view)
        view.body = {**body, "blocks": fill_in(body["blocks"])}
        view.hash = self._new_hash()
        kept = current(view.blocks, view.entries)
        view.entries = {
            block: {action: entry for action, entry in actions.items() if action in kept[block]}
            for block, actions in view.entries.items()
            if block in kept
        }
        self._state.touch()
        return view

    def publish(self, user: str, body: Json, known_hash: str = "") -> View:
        """Show a home tab."""
        home = self.homes.get(user)
        if home is not None:
            return self.update(home, body, known_hash)
        self.homes[user] = home = self._new(user, body)
        self._state.touch()
        return home

    def close(self, view: View) -> None:
        """Take one modal away, and whatever lies on it."""
        stack = self.stacks[view.user]
        del stack[stack.index(view) :]
        self._state.touch()

    def clear(self, user: str) -> None:
        """Take all modals of a person away."""
        self.stacks[user] = []
        self._state.touch()

    def as_sent(self, view: View) -> Json:
        """The view object of payloads and answers."""
        state = self._state
        shown: Json = {
            "id": view.id,
            "team_id": state.team_id,
            "app_id": state.app_id,
            "app_installed_team_id": state.team_id,
            "bot_id": state.bot_id,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
            "hash": view.hash,
            "state": {"values": current(view.blocks, view.entries)},
            **view.body,
        }
        if view.body["type"] == "modal":
            shown = {"clear_on_close": False, "notify_on_close": False, "close": None, **shown}
            shown.setdefault("submit", None)
        return shown

    def _lay(self, user: str, body: Json) -> View:
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= _DEEPEST:
            raise SlackError("push_limit_reached")
        self._refuse_double(body)
        view = self._new(user, body)
        if stack:
            view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        self._state.touch()
        return view

    def _new(self, user: str, body: Json) -> View:
        view_id = "V" + secrets.token_hex(5).upper()
        stored = {**body, "blocks": fill_in(body["blocks"])}
        return View(view_id, user, stored, self._new_hash(), root_id=view_id)

    def _new_hash(self) -> str:
        return f"{int(self._state.seconds())}.{secrets.token_hex(4)}"

    def _refuse_double(self, body: Json, besides: View | None = None) -> None:
        external_id = body.get("external_id")
        other = self.find(external_id) if external_id else None
        if other is not None and other is not besides:
            raise SlackError("duplicate_external_id")
