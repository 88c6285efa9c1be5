"""What comes in by the shortcuts menu and as events: acknowledged first, worked on once.

An event that was not acknowledged in time comes again under the same id, and has effect once.
"""

from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck

from bot import homes
from bot.messages.blocks import Message
from bot.runtime import Bot
from handlers import mentions, shortcuts
from handlers.deliveries import once, show_window, whisper
from handlers.mentions import Mention
from handlers.shortcuts import Chosen
from handlers.supervisor import Reply, Supervisor

Body = dict[str, Any]

_HOME: Final = "home"


class Happenings:
    """The listeners; each only acknowledges, reads and hands over."""

    def __init__(self, bot: Bot, supervisor: Supervisor) -> None:
        self._bot = bot
        self._supervisor = supervisor

    async def chosen(self, ack: AsyncAck, body: Body) -> None:
        """Somebody chose a shortcut, from the global menu or on a message."""
        await ack()
        picked = Chosen(
            callback=str(body["callback_id"]),
            user=str(body["user"]["id"]),
            channel=str((body.get("channel") or {}).get("id") or ""),
            trigger=str(body.get("trigger_id") or ""),
            message=body.get("message") or {},
        )
        delivery = f"shortcut:{picked.trigger}"
        work = once(self._bot, delivery, lambda: shortcuts.choose(self._bot, picked))
        self._supervisor.spawn(work, self._in_window(picked))

    async def looked(self, ack: AsyncAck, body: Body) -> None:
        """Somebody opened the bot's Home, or its messages, which are none of our business."""
        await ack()
        event: Mapping[str, Any] = body["event"]
        if event.get("tab", _HOME) != _HOME:
            return
        user, shown = str(event["user"]), str((event.get("view") or {}).get("hash") or "")

        async def work() -> None:
            await homes.opened(self._bot, user, shown)

        self._supervisor.spawn(once(self._bot, f"event:{body['event_id']}", work), _silence)

    async def mentioned(self, ack: AsyncAck, body: Body) -> None:
        """Somebody mentioned the bot in a channel or a thread; another bot, or an edit, did not."""
        await ack()
        event: Mapping[str, Any] = body["event"]
        if event.get("bot_id") or event.get("subtype") or event.get("edited"):
            return
        if not event.get("user"):
            return
        said = Mention(
            user=str(event["user"]),
            channel=str(event["channel"]),
            text=str(event.get("text") or ""),
            ts=str(event["ts"]),
            thread=str(event.get("thread_ts") or event["ts"]),
        )
        work = once(self._bot, f"event:{body['event_id']}", lambda: mentions.run(self._bot, said))

        async def reply(message: Message) -> None:
            await mentions.whisper(self._bot, said, message)

        self._supervisor.spawn(work, reply)

    def _in_window(self, picked: Chosen) -> Reply:
        async def reply(message: Message) -> None:
            if picked.channel:  # it was chosen on a message, and there is where to answer
                await whisper(self._bot, picked.channel, picked.user, message)
                return
            await show_window(self._bot, picked.trigger, picked.user, message)

        return reply


async def _silence(_message: Message) -> None:
    """Say nothing: a Home that cannot be shown now says so itself, or is shown later."""
