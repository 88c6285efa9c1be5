"""What people are told when a request waits: taken by Slack, and inert."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.request import State
from bot.messages.blocks import Message
from bot.messages.reminders import ended
from tests.bot.messages.test_cards import HOSTILE, hostile, sound
from tests.bot.samples import BO
from tests.gallery.reminders import LINK, said_of


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("state", State)
def test_no_text_of_others_does_anything(text: str, state: State) -> None:
    """Whatever people and Azure call things."""
    asked = hostile(text, state, "failover")
    messages = [ended(asked, BO.id, LINK)]
    if state is State.WAITING:
        messages += [draw() for draw in said_of(asked).values()]
    for message in messages:
        sound(_without_link(message))


def _without_link(message: Message) -> Message:
    """Take our own links out of a message, of which nothing else may be left."""
    said = re.sub(rf"<{re.escape(LINK)}\|([^<>|]*)>", r"\1", json.dumps(message.blocks))
    blocks: Any = json.loads(said)
    return replace(message, blocks=blocks)
