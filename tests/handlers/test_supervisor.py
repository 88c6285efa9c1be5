"""What Slack waits for comes in time, whatever becomes of the work; the rest happens behind it."""

import asyncio
import logging

import pytest

from bot.errors import Refused, Unavailable
from bot.messages.blocks import Message
from bot.refusals import Ask
from handlers.supervisor import Supervisor

OTHERWISE = "nothing"


async def work(outcome: str | Exception) -> str:
    """Come to an end as a test wants it; '' never does."""
    if isinstance(outcome, Exception):
        raise outcome
    if not outcome:
        await asyncio.Event().wait()
    return outcome


@pytest.mark.parametrize(
    ("outcome", "answer", "said"),
    [
        ("found", "found", ""),
        (Refused(Ask.TOO_FAST, "No."), OTHERWISE, ""),
        (Unavailable("Azure is away."), OTHERWISE, "nothing was suggested: Unavailable"),
        (ValueError("a mistake of ours"), OTHERWISE, "unexpected, reference"),
        ("", OTHERWISE, "nothing was suggested: TimeoutError"),
    ],
    ids=["in time", "refused", "away", "broken", "too late"],
)
async def test_somebody_who_waits_is_answered(
    caplog: pytest.LogCaptureFixture, outcome: str | Exception, answer: str, said: str
) -> None:
    """With what there is instead; only what went wrong is in the log, and a refusal did not."""
    with caplog.at_level(logging.INFO):
        assert await Supervisor().promptly(work(outcome), OTHERWISE) == answer
    assert said in caplog.text
    assert bool(caplog.records) == bool(said)


async def test_work_begins_when_the_acknowledgement_is_out() -> None:
    """The web server sends it one turn of the loop after the listener has returned."""
    order: list[str] = []
    supervisor = Supervisor()

    async def work() -> None:
        order.append("the work begins")

    async def reply(_message: Message) -> None:
        order.append("answered")

    async def listener() -> None:
        supervisor.spawn(work(), reply)
        order.append("acknowledged")

    await asyncio.create_task(listener())
    order.append("sent")
    await supervisor.drain()
    assert order == ["acknowledged", "sent", "the work begins"]
