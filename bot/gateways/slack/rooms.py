"""Slack: making a channel, and what hangs on its wall: topic, people, pins and bookmarks.

All of it needs scopes that the app may do without, so a refusal here is something to tell people of
and nothing that keeps anybody from working.
"""

from collections.abc import Sequence
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefused
from bot.gateways.slack.calls import Calls

_DONE: Final = {
    "pin": frozenset({"already_pinned"}),
    "invite": frozenset({"already_in_channel", "cant_invite_self"}),
}
"""What Slack refuses because it is so already."""
_AT_ONCE: Final = 100
"""So many people are invited by one call."""
TOPIC: Final = 250
"""So long may a topic be."""


class Rooms(Calls):
    """The calls about a channel as a place."""

    client: AsyncWebClient

    async def make_channel(self, name: str, *, private: bool) -> str:
        """Make a channel; returns its id. Raises `SlackRefused`: `name_taken`, `missing_scope`, …

        When the answer is lost there may be one: the next try is told that the name is taken.
        """
        answer = await self._call(self.client.conversations_create(name=name, is_private=private))
        return str(answer["channel"]["id"])

    async def join(self, channel: str) -> None:
        """Go into a public channel; nothing happens where the bot is in it already."""
        await self._call(self.client.conversations_join(channel=channel))

    async def set_topic(self, channel: str, topic: str) -> None:
        """Say what a channel is about."""
        await self._call(self.client.conversations_setTopic(channel=channel, topic=topic[:TOPIC]))

    async def invite(self, channel: str, users: Sequence[str]) -> None:
        """Invite people; those who are there, or who cannot be, hold up no others."""
        for at in range(0, len(users), _AT_ONCE):
            some = list(users[at : at + _AT_ONCE])
            call = self.client.conversations_invite(channel=channel, users=some, force=True)
            await self._settled("invite", call)

    async def pin(self, channel: str, ts: str) -> None:
        """Pin a message."""
        await self._settled("pin", self.client.pins_add(channel=channel, timestamp=ts))

    async def bookmark(self, channel: str, title: str, link: str) -> None:
        """Put an address above a channel."""
        await self._call(
            self.client.bookmarks_add(channel_id=channel, title=title, type="link", link=link)
        )

    async def _settled(self, what: str, call: object) -> None:
        try:
            await self._call(call)  # type: ignore[arg-type]  # any awaitable of the client's
        except SlackRefused as error:
            if error.code not in _DONE[what]:
                raise
