"""Long lists, dealt with slice by slice: between two of them the event loop has its turn.

A person waits for an acknowledgement in the same process that reads a thousand machines.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

MOST: Final = 200
"""So many items are dealt with at once: at ten microseconds each, two milliseconds."""

_T = TypeVar("_T")


async def slices(items: Sequence[_T], most: int = MOST) -> AsyncIterator[Sequence[_T]]:
    """Yield the items in their order, so many at a time."""
    for at in range(0, len(items), most):
        if at:
            await asyncio.sleep(0)
        yield items[at : at + most]
