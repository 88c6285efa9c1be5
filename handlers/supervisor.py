"""Work that goes on after Slack was acknowledged: held on to, and answered for.

A listener only acknowledges; what it hands over here is kept by a strong reference, and whatever
goes wrong in it becomes a sentence for the person who waits.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from bot.errors import DrError, Refused, Unavailable
from bot.gateways.redis import NO_ANSWER, translated
from bot.messages.answers import broken, sorry
from bot.messages.blocks import Message
from bot.spans import span

Reply = Callable[[Message], Awaitable[None]]

Answer = TypeVar("Answer")

_PROMPT: Final = 2.5
"""Seconds for an answer that Slack waits for: it gives three."""
_DECIDED: Final = 2.0
"""Seconds for what Slack waits for and what goes on behind it otherwise."""
_DRAIN: Final = 20.0
"""Seconds that running work gets to finish when the process is told to stop."""

_PAUSES: Final = (0.3, 1.0, 3.0, 0.0)
"""Seconds behind each try to give an answer, unless Slack names others."""
_LONGEST: Final = 10.0

log = logging.getLogger(__name__)


class Supervisor:
    """The tasks of a process that answers people."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Message | None], reply: Reply) -> None:
        """Start work whose result, or whose failure in words, goes to `reply`."""
        task = asyncio.create_task(_answered(work, reply))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def start(self, work: Coroutine[Any, Any, Answer]) -> asyncio.Task[Answer]:
        """Start work whose outcome somebody will look at; it goes on whatever becomes of them."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def so_far(self, task: asyncio.Task[Answer]) -> Answer | None:
        """Return the outcome of work that Slack waits for; None when it failed or takes longer."""
        done, _ = await asyncio.wait({task}, timeout=_DECIDED)
        return task.result() if done and task.exception() is None else None

    async def promptly(self, work: Coroutine[Any, Any, Answer], otherwise: Answer) -> Answer:
        """Do what Slack waits for; what fails or takes too long is answered with `otherwise`."""
        with span("dr.front"):
            try:
                async with asyncio.timeout(_PROMPT):
                    return await work
            except Refused:
                pass  # whoever may not see anything sees nothing
            except (DrError, TimeoutError, *NO_ANSWER) as error:
                log.warning("nothing was suggested: %s", type(error).__name__)
            except Exception:
                _apology()
        return otherwise

    async def drain(self) -> None:
        """Wait until everything is answered, but not for ever."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_DRAIN)


async def _answered(work: Coroutine[Any, Any, Message | None], reply: Reply) -> None:
    """Do the work and answer; an answer that does not arrive is given again a few times."""
    await asyncio.sleep(0)  # the acknowledgement, which is ready now, goes out first
    with span("dr.front"):
        message = await _outcome(work)
    if message is None:
        return
    for pause in _PAUSES:
        try:
            await reply(message)
        except Unavailable as error:
            log.warning("an answer did not arrive: %s", error.sentence)
            await asyncio.sleep(min(error.retry_after or pause, _LONGEST))
        except DrError as error:
            log.warning("an answer was not taken: %s", error.sentence)
            return
        else:
            return


async def _outcome(work: Coroutine[Any, Any, Message | None]) -> Message | None:
    """Do the work, and turn every failure into something a person can read."""
    try:
        return await work
    except Refused as error:
        return sorry(error)
    except DrError as error:
        log.warning("%s: %s", type(error).__name__, error.sentence)
        return sorry(error)
    except NO_ANSWER as error:
        log.warning("Redis: %s", type(error).__name__)
        said = translated(error)
        if isinstance(said, DrError):
            return sorry(said)
        return _apology()
    except Exception:
        return _apology()


def _apology() -> Message:
    """Log what nobody expected, and say where it is to be found."""
    reference = secrets.token_hex(4)
    log.exception("unexpected, reference %s", reference)
    return broken(reference)
