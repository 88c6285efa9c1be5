"""What happens behind an acknowledgement does not hold it up."""

import asyncio

from bot.messages.blocks import Message
from handlers.supervisor import Supervisor


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
