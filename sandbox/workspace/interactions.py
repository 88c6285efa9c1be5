"""What people do in the workspace: type, press, choose, fill in, send off.

Each act becomes an envelope for the app where Slack would send one, and returns once the app has
acknowledged it. The rule: whatever a person may not do is a `RefusedError` with the sentence
they would read, and changes nothing.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from sandbox.workspace import payloads
from sandbox.workspace.blocks import find_element
from sandbox.workspace.core import Core
from sandbox.workspace.delivery import Answer, Delivery, Envelope
from sandbox.workspace.elements import OPTIONS_ANSWER
from sandbox.workspace.entries import Entries, NotOfferedError, all_options, entry
from sandbox.workspace.response_actions import apply_response_action, missing_inputs
from sandbox.workspace.state import Channel, Post, User
from sandbox.workspace.tokens import Response
from sandbox.workspace.views import View
from sandbox.workspace.web_api import show_answer
from sandbox.workspace.wire import Arguments, Json, SlackError

Place: TypeAlias = Post | View

_EVENT_SCOPES = {"app_mention": "app_mentions:read"}
"""What an app needs to be told of an event that it wants."""


class RefusedError(Exception):
    """The workspace does not let a person do this; the sentence says why."""


class Interactions:
    """Carries out what people do."""

    def __init__(self, core: Core, delivery: Delivery) -> None:
        self._core = core
        self._delivery = delivery
        self._entries: dict[tuple[str, str], Entries] = {}
        self._suggested: dict[tuple[str, str, str], list[Json]] = {}

    def person(self, wanted: str) -> User:
        """Somebody who can act, by id or by name."""
        user = self._core.state.find_user(wanted)
        if user is None or user.is_bot:
            raise RefusedError(f"There is nobody called {wanted!r} here.")
        if user.deleted:
            raise RefusedError(f"The account of {user.real_name} is deactivated.")
        return user

    def channel(self, user: User, wanted: str) -> Channel:
        """A channel this person is in, by id or by name; the app's name is their talk with it."""
        state = self._core.state
        found = state.find_channel(wanted)
        if found is None and wanted == state.users[state.bot_user_id].name:
            found = state.direct_with(user.id)
        if found is None or user.id not in found.members:
            raise RefusedError(f"{user.real_name} is in no channel called {wanted!r}.")
        return found

    async def say(self, user: User, channel: Channel, text: str, thread_ts: str | None) -> None:
        """Post a plain message; a mention of the app is told to the app."""
        state = self._core.state
        if thread_ts:
            root = state.find_post(channel.id, thread_ts)
            if root is None:
                raise RefusedError("That thread is gone.")
            root.thread_ts = root.ts
        words = payloads.encode(self._core, user, text)
        post = state.add_post(
            Post(state.new_ts(), channel.id, user.id, words, thread_ts=thread_ts or None)
        )
        mentioned = f"<@{state.bot_user_id}|" in words or f"<@{state.bot_user_id}>" in words
        if mentioned and state.bot_user_id in channel.members:
            await self._event("app_mention", payloads.mention(self._core, post))

    async def command(self, user: User, channel: Channel, text: str, thread_ts: str | None) -> None:
        """Run a slash command; a failure is also shown to the person in the channel."""
        word, *rest = text.split(maxsplit=1)
        known = next((item for item in self._core.commands if item.command == word), None)
        if known is None or "commands" not in self._core.scopes:
            raise RefusedError(f"{word} is not a valid command.")
        if thread_ts:
            raise RefusedError(f"{word} is not supported in threads. Sorry!")
        if user.is_stranger:
            raise RefusedError(f"{word} is not available to people of other companies.")
        words = payloads.encode(self._core, user, "".join(rest), mentions=known.should_escape)
        fields = payloads.slash(self._core, user, channel, word, words)
        answer = await self._delivery.deliver(Envelope("slash_commands", fields))
        problem = answer.problem or self._show(user, channel, answer.body)
        if problem:
            sentence = f'{word} failed with the error "{problem}"'
            self._core.state.tell(user.id, channel.id, sentence)
            raise RefusedError(sentence)

    def _show(self, user: User, channel: Channel, body: Any) -> str:
        """Show the message that came with an acknowledgement; returns what was wrong with it."""
        if isinstance(body, str):
            body = {"text": body}
        if not isinstance(body, dict) or not (body.get("text") or body.get("blocks")):
            return ""
        try:
            born = self._core.state.seconds()
            show_answer(self._core, Response(user.id, channel.id, born), Arguments(body))
        except SlackError as error:
            self._core.note("acknowledgement", body, error.answer)
            return error.name
        return ""

    async def press(
        self, user: User, where: Mapping[str, Any], block_id: str, action_id: str
    ) -> None:
        """Press a button."""
        place = self.place(user, where)
        _, button = _element(place, block_id, action_id)
        if button["type"] != "button":
            raise RefusedError(f"{action_id} is not a button.")
        shown: Json = {
            name: button[name] for name in ("text", "value", "style", "url") if name in button
        }
        await self._act(
            user, place, {"type": "button", "action_id": action_id, "block_id": block_id, **shown}
        )

    async def choose(
        self, user: User, where: Mapping[str, Any], block_id: str, action_id: str, value: Any
    ) -> None:
        """Choose in a select, a menu, boxes or radio buttons; the app hears of it where it would.

        Inside an input block it hears of it only if the block says `dispatch_action`.
        """
        place = self.place(user, where)
        block, element = _element(place, block_id, action_id)
        chosen = self._enter(user, place, block_id, element, value)
        if block["type"] != "input" or block.get("dispatch_action"):
            await self._act(user, place, {"action_id": action_id, "block_id": block_id, **chosen})

    def fill(self, user: User, view_id: str, block_id: str, action_id: str, value: Any) -> None:
        """Type into an input of a modal; the app hears of it at submission."""
        place = self.place(user, {"view_id": view_id})
        _, element = _element(place, block_id, action_id)
        self._enter(user, place, block_id, element, value)

    async def suggest(
        self, user: User, where: Mapping[str, Any], block_id: str, action_id: str, value: str
    ) -> list[Json]:
        """Ask the app for the options that match what was typed."""
        place = self.place(user, where)
        _, element = _element(place, block_id, action_id)
        if len(value) < element.get("min_query_length", 3):
            return []
        payload = payloads.block_suggestion(self._core, user, place, block_id, action_id, value)
        answer = await self._delivery.deliver(Envelope("interactive", payload))
        complaints = list(OPTIONS_ANSWER(answer.body, "")) if not answer.problem else []
        if answer.problem or complaints:
            self._core.note("block_suggestion", payload, complaints or answer.problem)
            raise RefusedError("The options could not be loaded.")
        options = all_options(answer.body)
        self._suggested.setdefault((_key(place), block_id, action_id), []).extend(options)
        return options

    async def submit(self, user: User, view_id: str) -> dict[str, str]:
        """Send the top modal off; returns what is wrong with the inputs, by block id."""
        view = self._top(user, view_id)
        if wrong := missing_inputs(view):
            return wrong
        payload = payloads.view_submission(self._core, user, view)
        answer = await self._delivery.deliver(Envelope("interactive", payload))
        try:
            return self._after_submission(view, answer)
        except SlackError as error:
            self._core.note("response_action", {"body": answer.body}, error.answer)
            raise RefusedError("We had some trouble connecting. Try again?") from error

    def _after_submission(self, view: View, answer: Answer) -> dict[str, str]:
        if answer.problem:
            raise SlackError(answer.problem)
        body = answer.body if isinstance(answer.body, dict) else {}
        return apply_response_action(self._core.views, view, body)

    async def close(self, user: User, view_id: str) -> None:
        """Close the top modal, or all of them where the app said so."""
        view = self._top(user, view_id)
        everything = bool(view.body.get("clear_on_close"))
        closing = list(reversed(self._core.views.stacks[user.id])) if everything else [view]
        told = [
            payloads.view_closed(self._core, user, item, all_of_them=everything)
            for item in closing
            if item.body.get("notify_on_close")
        ]
        for item in closing:
            self._core.views.close(item)
        for payload in told:
            await self._delivery.deliver(Envelope("interactive", payload))

    async def open_home(self, user: User) -> None:
        """Look at the app's home tab."""
        if not self._core.home_enabled:
            raise RefusedError("This app has no home tab.")
        if user.is_stranger:
            raise RefusedError("The app's home is not available to people of other companies.")
        await self._event("app_home_opened", payloads.home_opened(self._core, user))

    async def shortcut(self, user: User, callback_id: str) -> None:
        """Choose one of the app's shortcuts from the global menu."""
        name = self._shortcut(user, callback_id, on_messages=False)
        await self._chosen(name, payloads.shortcut(self._core, user, callback_id))

    async def message_shortcut(
        self, user: User, where: Mapping[str, Any], callback_id: str
    ) -> None:
        """Choose one of the app's shortcuts from the menu of a message; one's own has none."""
        post = self.place(user, where)
        if isinstance(post, View) or post.only_for is not None:
            raise RefusedError("There is no menu of shortcuts on that.")
        name = self._shortcut(user, callback_id, on_messages=True)
        await self._chosen(name, payloads.message_action(self._core, user, post, callback_id))

    def _shortcut(self, user: User, callback_id: str, *, on_messages: bool) -> str:
        for one in self._core.shortcuts:
            known = one.callback_id == callback_id and one.on_messages is on_messages
            if known and "commands" in self._core.scopes and not user.is_stranger:
                return one.name
        raise RefusedError("There is no such shortcut.")

    async def _chosen(self, name: str, payload: Json) -> None:
        answer = await self._delivery.deliver(Envelope("interactive", payload))
        if answer.problem:
            raise RefusedError(f'{name} failed with the error "{answer.problem}"')

    def place(self, user: User, where: Mapping[str, Any]) -> Place:
        """The message or view in which something is done, if it is on that person's screen."""
        if where.get("view_id"):
            view = self._core.views.find(str(where["view_id"]))
            if view is None or view.user != user.id:
                raise RefusedError("That window is no longer open.")
            return view
        channel = self.channel(user, str(where.get("channel", "")))
        post = self._core.state.find_post(channel.id, str(where.get("ts", "")))
        if post is None or not self._core.state.may_see(user.id, post):
            raise RefusedError("That message is gone.")
        return post

    def _enter(self, user: User, place: Place, block_id: str, element: Json, value: Any) -> Json:
        action_id = element["action_id"]
        offered = self._suggested.get((_key(place), block_id, action_id), [])
        try:
            entered = entry(element, value, offered)
        except (NotOfferedError, KeyError) as error:
            raise RefusedError(f"{value!r} cannot be chosen there.") from error
        entries = place.entries if isinstance(place, View) else self._entries_of(user, place)
        entries.setdefault(block_id, {})[action_id] = entered
        return entered

    def _entries_of(self, user: User, post: Post) -> Entries:
        return self._entries.setdefault((user.id, _key(post)), {})

    async def _act(self, user: User, place: Place, action: Json) -> None:
        if isinstance(place, View):
            payload = payloads.block_actions_in_view(self._core, user, place, action)
        else:
            entries = self._entries_of(user, place)
            payload = payloads.block_actions_in_message(self._core, user, place, action, entries)
        answer = await self._delivery.deliver(Envelope("interactive", payload))
        if answer.problem:
            raise RefusedError(f'The app did not answer: "{answer.problem}"')

    async def _event(self, name: str, payload: Json) -> None:
        scope = _EVENT_SCOPES.get(name)
        if name in self._core.subscriptions and (scope is None or scope in self._core.scopes):
            await self._delivery.deliver(Envelope("events_api", payload))

    def _top(self, user: User, view_id: str) -> View:
        stack = self._core.views.stacks.get(user.id, [])
        if not stack or stack[-1].id != view_id:
            raise RefusedError("That window is no longer open.")
        return stack[-1]


def _element(place: Place, block_id: str, action_id: str) -> tuple[Json, Json]:
    found = find_element(place.blocks, block_id, action_id)
    if found is None:
        raise RefusedError(f"There is no {action_id} there any more.")
    return found


def _key(place: Place) -> str:
    return place.id if isinstance(place, View) else f"{place.channel} {place.ts}"
