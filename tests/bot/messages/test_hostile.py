"""Nothing that anybody else can name does anything in any message that the bot can draw."""

from collections.abc import Iterable

import pytest

from bot.messages.blocks import Message
from sandbox.workspace.blocks import check_blocks
from sandbox.workspace.view_rules import check_view
from tests.bot.messages.every_message import MAKERS, Drawn, functions_that_draw
from tests.hostile import HOSTILE, inert, sound_view


def test_every_message_has_a_maker() -> None:
    """A new one cannot be forgotten here."""
    assert set(MAKERS) == functions_that_draw()


@pytest.mark.parametrize("which", HOSTILE)
@pytest.mark.parametrize("maker", MAKERS)
def test_hostile_texts_are_inert(maker: str, which: str) -> None:
    """Slack takes the message, nobody is mentioned by it, and a reader sees what there is."""
    _all_sound(MAKERS[maker](HOSTILE[which]))


def _all_sound(some: Iterable[Drawn]) -> None:
    for drawn in some:
        if isinstance(drawn, Message):
            assert 0 < len(drawn.text) <= 4000
            inert(drawn.text)
            assert check_blocks(drawn.blocks, "message") == []
            sound_view(drawn.blocks)
        elif isinstance(drawn, dict):
            check_view(drawn, drawn["type"])
            sound_view(drawn)
        else:
            assert check_blocks(drawn, "message") == []
            sound_view(drawn)
