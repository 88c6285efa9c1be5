"""The buttons: each is one value that draws itself and is what the handlers listen for.

A button carries an id and nothing else: what it does is decided by what the store says then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.messages.blocks import Block, plain

PREFIX: Final = "dr."
"""All our action ids begin with it."""


@dataclass(frozen=True)
class Confirm:
    """Slack's native dialog before a click is sent."""

    title: str
    text: str
    yes: str
    no: str = "Not now"
    danger: bool = True

    def draw(self) -> Block:
        """Draw it as Block Kit wants it."""
        return {
            "title": {"type": "plain_text", "text": plain(self.title, 100)},
            "text": {"type": "plain_text", "text": plain(self.text, 300)},
            "confirm": {"type": "plain_text", "text": plain(self.yes, 30)},
            "deny": {"type": "plain_text", "text": plain(self.no, 30)},
            **({"style": "danger"} if self.danger else {}),
        }


@dataclass(frozen=True)
class Button:
    """What can be pressed."""

    action: str
    label: str
    style: str = ""

    @property
    def action_id(self) -> str:
        """What Slack sends back, up to a suffix that keeps ids of one row apart."""
        return f"{PREFIX}{self.action}"

    def draw(
        self,
        value: str,
        *,
        label: str = "",
        confirm: Confirm | None = None,
        suffix: str = "",
        style: str | None = None,
    ) -> Block:
        """Draw the button for one value."""
        text = plain(label or self.label, 75)
        block: Block = {
            "type": "button",
            "action_id": self.action_id + (f":{suffix}" if suffix else ""),
            "text": {"type": "plain_text", "text": text, "emoji": True},
            "value": value,
        }
        if chosen := self.style if style is None else style:
            block["style"] = chosen
        if confirm:
            block["confirm"] = confirm.draw()
        return block


APPROVE: Final = Button("approve", "Approve", "primary")
DENY: Final = Button("deny", "Deny", "danger")
WITHDRAW: Final = Button("withdraw", "Withdraw")
WITHDRAW_REST: Final = Button("rest", "Withdraw the rest", "danger")
"""Takes back what has not been sent yet of several machines."""
RESUBMIT: Final = Button("resubmit", "Submit again", "danger")
GIVE_UP: Final = Button("giveup", "Give up", "danger")
REVOKE: Final = Button("revoke", "Revoke my approval")
DENY_BECAUSE: Final = Button("denybecause", "Deny with a reason…")
"""Opens the form in which somebody says why they deny it."""
NEXT: Final = Button("next", "Next")
"""Asks for what comes after a finished request; its value is `<operation>:<request id>`."""
NOD: Final = Button("nod", "It is done…", "primary")
"""Opens the form in which somebody says that a manual action is done."""
NUDGE: Final = Button("nudge", "Nudge those who can approve")
"""Has them told again; its value is the id of the request."""
REVIEW: Final = Button("review", "Review…", "primary")
"""Opens the form in which somebody says whether breaking the glass was justified."""
WORKS: Final = Button("works", "It works")
"""Opens the form in which somebody says what they saw; it is evidence, and no vote."""
WORKS_NOT: Final = Button("worksnot", "It does not")
HOLD: Final = Button("hold", "Hold")
"""Keeps the reminders of a commit window back for a while; its value is the id of the request."""
CHOOSE: Final = Button("choose", "Choose")
"""Picks one of several matches; its value is `<stash word>:<number>`."""
FILL_IN: Final = Button("fill", "Fill in")
"""Opens the form for an option that is missing; its value is `<stash word>:<option>`."""
RUN: Final = Button("run", "Run")
"""Does what typing its value after `/dr` does."""
SHOW: Final = Button("show", "Look and decide…")
"""Opens the card of a request in a window; its value is the id of the request."""
REOPEN: Final = Button("reopen", "Open the form again")
"""Opens a form with all that was filled in; its value is the word of the half-finished command."""
UNLOCK: Final = Button("unlock", "Unlock")
"""Ends a lock; its value is the lock's id."""

UPDATE: Final = Button("update", "Write an update…", "primary")
"""Opens the form for an incident's update; its value is the incident's id."""
SNOOZE: Final = Button("snooze", "Snooze")
"""Puts an incident's next update off; its value is `<seconds>:<incident id>`."""
CLOSE: Final = Button("close", "Close…")
"""Opens the form in which an incident is closed; its value is the incident's id."""
CLOSE_ANYWAY: Final = Button("closeanyway", "Close anyway", "danger")
"""Closes an incident in which something goes on; its value is a stash word."""
TIMELINE: Final = Button("timeline", "Timeline")
"""Shows everything of an incident in order; its value is the incident's id."""


@dataclass(frozen=True)
class Menu:
    """What opens from a card: entries that are rarer than its buttons, each a button's value."""

    action: str

    @property
    def action_id(self) -> str:
        """What Slack sends back, with the entry as what was selected."""
        return f"{PREFIX}{self.action}"

    def draw(self, entries: Sequence[Button], value: str) -> Block:
        """Draw the menu for one value; five entries are the most."""
        return {
            "type": "overflow",
            "action_id": self.action_id,
            "options": [
                {
                    "text": {"type": "plain_text", "text": one.label, "emoji": True},
                    "value": f"{one.action}:{value}",
                }
                for one in entries
            ],
        }


MORE: Final = Menu("more")
"""Beside the buttons of a card; its value is `<action of the entry>:<request id>`."""


def action_of(action_id: str) -> str:
    """Return the action of an action id, without prefix and suffix."""
    return action_id.removeprefix(PREFIX).partition(":")[0]
