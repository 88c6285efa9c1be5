"""Slack: who people are, and what we say.

Everything we post is blocks with a text, never unfurled, never parsed for names. A refusal by
Slack and silence are different errors, for a card that cannot be posted is not one that is late.
"""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.people import Person
from bot.errors import SlackRefused
from bot.gateways.dates import ahead
from bot.gateways.slack.calls import REMEMBERED, refusal, taken
from bot.gateways.slack.rooms import Rooms
from bot.gateways.slack.shapes import Account, Channel, Home, Installation
from bot.gateways.slack.timed import TimedClient, timed
from bot.messages.blocks import Block, Message

__all__ = ["Account", "Channel", "Home", "Installation", "Slack", "opened", "refusal"]

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_ANSWERED_AT: Final = ("hooks.slack.com", "hooks.slack-gov.com")
_PAGE: Final = 1000


class Slack(Rooms):
    """The Web API with one connection pool, and response URLs."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, url: str) -> None:
        super().__init__()
        self.client = client
        self._session = session
        self._place = urlsplit(url).scheme, urlsplit(url).hostname
        self._home: Home | None = None

    async def home(self) -> Home:
        """Say who we are; asked once in a process's life."""
        if self._home is None:
            answer = await self._ask(self.client.auth_test)
            teams = {answer.get("team_id"), answer.get("enterprise_id")} - {None, ""}
            self._home = Home(
                teams=frozenset(str(team) for team in teams),
                user=str(answer["user_id"]),
                team_name=str(answer.get("team", "")),
            )
        return self._home

    async def installation(self) -> Installation:
        """Ask what the bot token is granted, and what time it is; asked anew each time."""
        answer = await self._ask(self.client.auth_test)
        told = {name.casefold(): value for name, value in answer.headers.items()}
        scopes = told.get("x-oauth-scopes")
        return Installation(
            team_name=str(answer.get("team", "")),
            scopes=None if scopes is None else frozenset(re.findall(r"[^\s,]+", scopes)),
            ahead=ahead(told.get("date"), time.time()),
        )

    async def open_socket(self, app_token: str) -> None:
        """Ask for an address of Socket Mode and leave it unused; raises `SlackRefused`.

        Slack allows few of these calls a minute, and a front that comes back needs one.
        """
        await self._call(self.client.apps_connections_open(app_token=app_token))

    async def account(self, user_id: str, *, fresh: bool = False) -> Account:
        """Read an account; `fresh` asks Slack now, otherwise an answer of the last minute does.

        Which human it is, the directory of the policy knows: see `bot.access.person`.
        """
        age = 0 if fresh else REMEMBERED
        return await self._remember(f"account:{user_id}", lambda: self._account(user_id), age)

    async def owner_of(self, address: str) -> str:
        """Return the user id of the active account with an e-mail address; '' when there is none.

        Slack allows few of these calls a minute, so this is for looking things over. Raises
        `SlackRefused` without the scope users:read.email.
        """
        return await self._remember(f"address:{address}", lambda: self._owner_of(address))

    async def groups(
        self, handles: Iterable[str], *, age: float = REMEMBERED
    ) -> dict[str, frozenset[str]]:
        """Read who is in some user groups, by handle with '@'; a missing group is empty.

        An answer up to `age` seconds old will do; 0 asks Slack now.

        A plan without user groups has none: everybody is then nobody.
        """
        wanted = sorted(set(handles))
        if not wanted:
            return {}
        ids = await self._remember("groups", self._group_ids, age)
        found: dict[str, frozenset[str]] = {}
        for handle in wanted:
            if group := ids.get(handle):
                members = self._members_of(group)
                found[handle] = await self._remember(f"group:{group}", members, age)
            else:
                found[handle] = frozenset()
        return found

    async def mentionable(self, who: Iterable[str]) -> tuple[str, ...]:
        """Return the ids by which people and groups are mentioned; none for a missing group.

        Raises `Unavailable` without Slack.
        """
        listed = tuple(who)
        ids = await self._remember("groups", self._group_ids) if listed else {}
        known = {one: ids.get(one, "") if one.startswith("@") else one for one in listed}
        return tuple(found for found in known.values() if found)

    async def channel(self, reference: str, *, fresh: bool = False) -> Channel | None:
        """Find a channel by id or `#name`; None when the bot cannot see it.

        `fresh` asks Slack now, otherwise an answer of the last minute does.
        """
        age = 0 if fresh else REMEMBERED
        if reference.startswith("#"):
            ids = await self._remember("channels", self._channel_ids, age)
            reference = ids.get(reference[1:], "")
        if not reference:
            return None
        return await self._remember(f"channel:{reference}", lambda: self._channel(reference), age)

    async def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False
    ) -> tuple[str, str]:
        """Post a message; returns the channel's id and the message's ts."""

        async def send(shown: Message) -> Any:
            return await self.client.chat_postMessage(
                channel=channel,
                text=shown.text,
                blocks=shown.blocks,
                unfurl_links=False,
                unfurl_media=False,
                parse="none",
                link_names=False,
                thread_ts=thread or None,
                reply_broadcast=broadcast if thread else None,
            )

        answer = await self._shown(message, send)
        return str(answer["channel"]), str(answer["ts"])

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message of ours."""

        async def send(shown: Message) -> Any:
            return await self.client.chat_update(
                channel=channel,
                ts=ts,
                text=shown.text,
                blocks=shown.blocks,
                parse="none",
                link_names=False,
            )

        await self._shown(message, send)

    async def delete(self, channel: str, ts: str) -> None:
        """Take a message of ours away; one that is gone already is as it should be."""
        try:
            await self._call(self.client.chat_delete(channel=channel, ts=ts))
        except SlackRefused as error:
            if error.code not in {"message_not_found", "channel_not_found"}:
                raise

    async def link(self, channel: str, ts: str) -> str:
        """Return the address of a message, '' when Slack knows of none."""
        try:
            answer = await self._call(self.client.chat_getPermalink(channel=channel, message_ts=ts))
        except SlackRefused:
            return ""
        return str(answer["permalink"])

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        """Answer a command or a click so that only the person sees it.

        The URL came from Slack in a verified payload; it is used only when it is Slack's own, and
        leads nowhere else.
        """
        if not self._is_slacks(response_url):
            raise SlackRefused("foreign_response_url")

        async def send(shown: Message) -> None:
            body = {
                "text": shown.text,
                "blocks": shown.blocks,
                "response_type": "ephemeral",
                "replace_original": replace,
            }
            sent = self._session.post(response_url, json=body, allow_redirects=False)
            with timed("response_url"):
                async with sent as answer:
                    taken(answer.status, await answer.text())

        await self._shown(message, send)

    def _is_slacks(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        if (parts.scheme, parts.hostname) in {("https", one) for one in _ANSWERED_AT}:
            return True
        return (parts.scheme, parts.hostname) == self._place

    async def whisper(self, channel: str, user: str, message: Message, *, thread: str = "") -> None:
        """Say something in a channel, or in a thread of it, that one person alone sees."""

        async def send(shown: Message) -> Any:
            return await self.client.chat_postEphemeral(
                channel=channel,
                user=user,
                text=shown.text,
                blocks=shown.blocks,
                thread_ts=thread or None,
            )

        await self._shown(message, send)

    async def open_view(
        self, trigger_id: str, view: Block, *, reopened: bool = True
    ) -> tuple[str, str]:
        """Open a modal; returns its id and hash. The trigger of a click lives three seconds.

        One that is used already has opened this view, and the answer was lost, so that neither is
        known; unless another may have been opened by it, and this one is not `reopened`.
        """
        try:
            answer = await self._ask(
                lambda: self.client.views_open(trigger_id=trigger_id, view=view)
            )
        except SlackRefused as error:
            if error.code != "exchanged_trigger_id" or not reopened:
                raise
            return "", ""
        return _told_of(answer)

    async def update_view(self, view_id: str, view: Block, known: str = "") -> str:
        """Replace what a modal shows; returns its hash, '' when it was closed meanwhile.

        Without an id, that which has the `external_id` of the view. With `known`, a hash, raises
        `SlackRefused` when something else is shown by now.
        """
        named = {"view_id": view_id} if view_id else {"external_id": view.get("external_id")}
        try:
            answer = await self._call(
                self.client.views_update(**named, view=view, hash=known or None)
            )
        except SlackRefused as error:
            if error.code != "not_found":
                raise
            return ""
        return _told_of(answer)[1]

    async def publish_home(self, user: str, view: Block, known: str = "") -> str:
        """Show somebody their Home; returns the hash that Slack gives it.

        With `known`, the hash of the last one, raises `SlackRefused` when another is shown by now.
        """
        answer = await self._call(
            self.client.views_publish(user_id=user, view=view, hash=known or None)
        )
        return str((answer.get("view") or {}).get("hash") or "")

    async def _account(self, user_id: str) -> Account:
        user = (await self._ask(lambda: self.client.users_info(user=user_id)))["user"]
        enterprise = (user.get("enterprise_user") or {}).get("enterprise_id")
        profile = user.get("profile") or {}
        person = Person(
            team=str(enterprise or user.get("team_id") or ""),
            id=str(user["id"]),
            name=str(profile.get("display_name") or user.get("real_name") or user.get("name", "")),
            deactivated=bool(user.get("deleted")),
            bot=bool(user.get("is_bot") or user.get("is_workflow_bot") or user_id == "USLACKBOT"),
            guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            outsider=bool(user.get("is_stranger")),
        )
        return Account(person=person, address=str(profile.get("email") or ""))

    async def _owner_of(self, address: str) -> str:
        try:
            answer = await self._ask(lambda: self.client.users_lookupByEmail(email=address))
        except SlackRefused as error:
            if error.code == "users_not_found":
                return ""
            raise
        return str(answer["user"]["id"])

    async def _group_ids(self) -> dict[str, str]:
        try:
            answer = await self._ask(self.client.usergroups_list)
        except SlackRefused as error:
            if error.code == "plan_upgrade_required":
                return {}
            raise
        return {f"@{group['handle']}": str(group["id"]) for group in answer["usergroups"]}

    def _members_of(self, group: str) -> Callable[[], Awaitable[frozenset[str]]]:
        async def ask() -> frozenset[str]:
            answer = await self._ask(lambda: self.client.usergroups_users_list(usergroup=group))
            return frozenset(str(user) for user in answer["users"])

        return ask

    async def _channel_ids(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = ""
        while True:
            answer = await self._ask(
                partial(
                    self.client.conversations_list,
                    types="public_channel,private_channel",
                    exclude_archived=True,
                    limit=_PAGE,
                    **({"cursor": cursor} if cursor else {}),
                )
            )
            found |= {str(one["name"]): str(one["id"]) for one in answer["channels"]}
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found

    async def _channel(self, channel_id: str) -> Channel | None:
        try:
            answer = await self._ask(lambda: self.client.conversations_info(channel=channel_id))
        except SlackRefused as error:
            if error.code in {"channel_not_found", "missing_scope"}:
                return None
            raise
        channel = answer["channel"]
        shared = ("is_ext_shared", "is_pending_ext_shared")
        return Channel(
            id=str(channel["id"]),
            name=str(channel.get("name", "")),
            member=bool(channel.get("is_member")),
            shared=any(channel.get(one) for one in shared),
            archived=bool(channel.get("is_archived")),
            private=bool(channel.get("is_private")),
            creator=str(channel.get("creator") or ""),
            created=int(channel.get("created") or 0),
        )


@asynccontextmanager
async def opened(url: str, token: str) -> AsyncIterator[Slack]:
    """Open the gateway with one connection pool for everything."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        client = TimedClient(token=token, base_url=url, session=session, timeout=10)
        yield Slack(client, session, url)


def _told_of(answer: Any) -> tuple[str, str]:
    """Return the id and the hash of the view that an answer shows."""
    view = answer.get("view") or {}
    return str(view.get("id") or ""), str(view.get("hash") or "")
