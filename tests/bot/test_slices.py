"""Long lists, slice by slice."""

import asyncio

import pytest

from bot.slices import slices


@pytest.mark.parametrize(("many", "lengths"), [(0, []), (3, [3]), (4, [4]), (9, [4, 4, 1])])
async def test_nothing_is_left_out(many: int, lengths: list[int]) -> None:
    """The slices are the list, in its order."""
    found = [some async for some in slices(range(many), 4)]
    assert [len(some) for some in found] == lengths
    assert [one for some in found for one in some] == list(range(many))


async def test_others_have_their_turn_in_between() -> None:
    """Whoever waits for the loop is let in before the second slice."""
    waiting = asyncio.create_task(asyncio.sleep(0))
    some = slices("abcd", 2)
    assert await anext(some) == "ab"
    assert not waiting.done()
    assert await anext(some) == "cd"
    await waiting
    with pytest.raises(StopAsyncIteration):
        await anext(some)
