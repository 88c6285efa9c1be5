"""People at their screens: they type, press, read and wait, over the page's own requests.

    async with People(url) as people:
        await people.alice.types("/dr failover vm-web01 because it is down")
        await people.bo.presses("Approve")
        await people.alice.sees("succeeded")

The rule: a person knows only what is on the screen, and waiting means waiting for the screen to
change. Whatever cannot be done, or does not come in time, is a `PersonError` saying what is there.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import aiohttp

from sandbox.reading import Json
from sandbox.screen import (
    Button,
    Choice,
    Message,
    View,
    choice_of,
    describe,
    element_ids,
    entry_of,
    home_of,
    labelled,
    messages_of,
    modal_of,
)

__all__ = ["Button", "Choice", "Message", "People", "Person", "PersonError", "View"]

Found = TypeVar("Found")


class PersonError(AssertionError):
    """Somebody could not do, or did not see, what they expected."""


class Person:
    """One person at one screen."""

    def __init__(
        self, page_url: str, name: str, session: aiohttp.ClientSession, patience: float = 1.0
    ) -> None:
        self.name = name
        self._patience = patience
        self._url = page_url.rstrip("/")
        self._session = session

    async def types(self, text: str, channel: str = "incidents", *, thread: str = "") -> None:
        """Type a message or a command; returns once the app has acknowledged it.

        `thread` is the time stamp of the message to reply to.
        """
        body: Json = {"channel": channel, "text": text}
        await self._do("type", body | ({"thread_ts": thread} if thread else {}))

    async def presses(
        self,
        label: str,
        *,
        on: str | Message | View | None = None,
        channel: str = "incidents",
        yes: bool = True,
        within: float = 15.0,
    ) -> None:
        """Press a button on the newest message that has one so labelled and whose words hold `on`.

        `on` may also be the very message or view. With `yes=False` the question asked first is
        answered with no, so nothing is sent; a button that asks nothing cannot be pressed that way.
        """
        place: Message | View
        if isinstance(on, View):
            place = on
        else:
            place = await self._with_button(label, on, channel, within)
        button = labelled(place.buttons, label)
        if button is None:
            raise PersonError(f"{self.name} sees no button {label!r} there.")
        if not yes:
            if button.confirm is None:
                raise PersonError(f"{label!r} asks nothing before it acts.")
            return
        ids = {"block_id": button.block_id, "action_id": button.action_id}
        await self._do("press", {**_where(place), **ids})

    async def chooses(self, value: Any, *, of: str, on: Message | View) -> None:
        """Choose in the select, menu, boxes or radio buttons whose block or action id is `of`."""
        await self._do("choose", {"where": _where(on), **_ids(on, of), "value": value})

    async def picks(self, label: str, *, on: str, channel: str = "incidents") -> None:
        """Pick an entry of the menu on the newest message that has it and whose words hold `on`."""

        def look(screen: Json) -> tuple[Message, tuple[str, str, str]] | None:
            for message in reversed(messages_of(screen, channel)):
                if on in message.words and (entry := entry_of(message.blocks, label)):
                    return message, entry
            return None

        wish = f"an entry {label!r} of a menu on {on!r}"
        message, entry = await self._wait(look, wish, channel, 15.0)
        ids = {"block_id": entry[0], "action_id": entry[1]}
        await self._do("choose", {"where": _where(message), **ids, "value": entry[2]})

    async def sees(
        self,
        *words: str,
        channel: str = "incidents",
        within: float = 15.0,
        gone: bool = False,
    ) -> Message:
        """Wait until a visible message contains all the words, and return the newest such message.

        With `gone`, wait until none does; what was last seen of it is returned.
        """
        last = Message("", channel, None, False, False, "", "")

        def look(screen: Json) -> Message | None:
            nonlocal last
            found = [
                message
                for message in messages_of(screen, channel)
                if all(word in message.words for word in words)
            ]
            last = found[-1] if found else last
            return (last if not found else None) if gone else (last if found else None)

        wish = f"{'the end of ' if gone else ''}{' and '.join(map(repr, words))}"
        return await self._wait(look, wish, channel, within)

    async def messages(self, channel: str = "incidents") -> list[Message]:
        """Everything visible in a channel, replies in threads included, oldest first."""
        return messages_of(await self.screen(), channel)

    async def thread(self, message: Message) -> list[Message]:
        """The visible replies to a message, oldest first."""
        root = message.thread_ts or message.ts
        return [item for item in await self.messages(message.channel) if item.thread_ts == root]

    async def modal(self, within: float = 5.0) -> View:
        """Wait until a modal is open, and return the top one."""
        return await self._wait(modal_of, "a modal", "", within)

    async def has_modal(self) -> bool:
        """Whether a modal is open at this moment."""
        return bool((await self.screen())["modals"])

    async def fills(self, **values: Any) -> None:
        """Enter values into the top modal, each named by its block id or action id."""
        view = await self.modal()
        for name, value in values.items():
            ids = _ids(view, name)
            kind = view.values[ids["block_id"]][ids["action_id"]]["type"]
            act = "input" if kind in {"plain_text_input", "datepicker"} else "choose"
            await self._do(act, {"where": _where(view), **ids, "value": value})

    async def searches(
        self, text: str, *, of: str, on: Message | View | None = None
    ) -> list[Choice]:
        """Type into a select whose options the app knows; returns what it offers, in order."""
        place = on or await self.modal()
        where = {"where": _where(place), **_ids(place, of)}
        answer = await self._do("suggest", {**where, "value": text})
        return [choice_of(option) for option in answer["options"]]

    async def finds(self, label: str, *, of: str, typing: str = "") -> None:
        """Type into such a select of the top modal, and choose the entry so labelled."""
        offered = await self.searches(typing or label, of=of)
        found = [one for one in offered if one.label == label]
        if len(found) != 1:
            raise PersonError(f"{self.name} finds {label!r} {len(found)} times in {offered}.")
        await self.fills(**{of: found[0].value})

    async def submits(self) -> dict[str, str]:
        """Send the top modal off; returns what is wrong with it, by block id."""
        view = await self.modal()
        answer = await self._send("submit", {"view_id": view.id})
        errors: dict[str, str] = answer.get("errors", {})
        if not answer["ok"] and not errors:
            raise PersonError(answer["error"])
        return errors

    async def closes(self) -> None:
        """Close the top modal."""
        view = await self.modal()
        await self._do("close", {"view_id": view.id})

    async def opens_home(self, within: float = 5.0) -> View:
        """Open the app's home tab and wait until the app has shown it anew."""
        before = home_of(await self.screen())
        known = before.hash if before else ""
        await self._do("home", {})

        def look(screen: Json) -> View | None:
            home = home_of(screen)
            return home if home and home.hash != known else None

        return await self._wait(look, "the home tab", "", within)

    async def uses(self, shortcut: str) -> None:
        """Choose a shortcut from the global menu, by its name."""
        offered = {one["name"]: one["callback_id"] for one in (await self.screen())["shortcuts"]}
        if shortcut not in offered:
            raise PersonError(f"{self.name} finds no shortcut {shortcut!r} in {list(offered)}.")
        await self._do("shortcut", {"callback_id": offered[shortcut]})

    async def uses_on(self, shortcut: str, message: Message) -> None:
        """Choose a shortcut from the menu of a message, by its name."""
        screen = await self.screen()
        offered = {one["name"]: one["callback_id"] for one in screen["message_shortcuts"]}
        if shortcut not in offered:
            raise PersonError(f"{self.name} finds no shortcut {shortcut!r} in {list(offered)}.")
        await self._do("message_shortcut", {**_where(message), "callback_id": offered[shortcut]})

    async def home(self) -> View | None:
        """The app's home tab as it is on the screen now."""
        return home_of(await self.screen())

    async def sees_home(self, *words: str, within: float = 15.0, gone: bool = False) -> View:
        """Wait until the home tab contains all the words; with `gone`, until it lacks one."""

        def look(screen: Json) -> View | None:
            home = home_of(screen)
            if home is None:
                return None
            return home if all(word in home.words for word in words) is not gone else None

        wish = f"{'the end of ' if gone else ''}{' and '.join(map(repr, words))} on the home tab"
        return await self._wait(look, wish, "", within)

    async def screen(self, since: int = 0) -> Json:
        """Everything on the screen, once it is newer than version `since` or 20 s have passed."""
        query = {"as": self.name, "since": str(since)}
        async with self._session.get(f"{self._url}/page/view", params=query) as response:
            screen: Json = await response.json()
        if "error" in screen:
            raise PersonError(screen["error"])
        return screen

    async def _with_button(
        self, label: str, on: str | Message | None, channel: str, within: float
    ) -> Message:
        def look(screen: Json) -> Message | None:
            for message in reversed(messages_of(screen, place)):
                if isinstance(on, Message):
                    meant = message.ts == on.ts
                else:
                    meant = on is None or on in message.words
                if meant and labelled(message.buttons, label):
                    return message
            return None

        place = on.channel if isinstance(on, Message) else channel
        wish = f"a button {label!r}" + (f" on {on!r}" if isinstance(on, str) else "")
        return await self._wait(look, wish, place, within)

    async def _wait(
        self, look: Callable[[Json], Found | None], wish: str, channel: str, within: float
    ) -> Found:
        """Look at the screen each time it changes, until `look` finds something."""
        within *= self._patience
        screen = await self.screen()
        try:
            async with asyncio.timeout(within):
                while (found := look(screen)) is None:
                    screen = await self.screen(screen["version"])
                return found
        except TimeoutError:
            raise PersonError(
                f"{self.name} waited {within:g} s for {wish}. "
                f"On the screen:\n{describe(screen, channel)}"
            ) from None

    async def _do(self, act: str, body: Json) -> Json:
        answer = await self._send(act, body)
        if not answer["ok"]:
            raise PersonError(answer["error"])
        return answer

    async def _send(self, act: str, body: Json) -> Json:
        body = {"as": self.name, **body}
        async with self._session.post(f"{self._url}/page/{act}", json=body) as response:
            answer: Json = await response.json()
            return answer


class People:
    """Everybody in the workspace, each by name: `people.alice`.

    They wait `patience` times as long as they are told to.
    """

    def __init__(self, page_url: str, patience: float = 1.0) -> None:
        self._url = page_url
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "People":
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def __getattr__(self, name: str) -> Person:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.named(name)

    def named(self, name: str) -> Person:
        """Somebody by name or id."""
        if self._session is None:
            raise RuntimeError("People are there only inside `async with People(...)`.")
        return Person(self._url, name, self._session, self._patience)


def _where(place: Message | View) -> Json:
    if isinstance(place, View):
        return {"view_id": place.id}
    return {"channel": place.channel, "ts": place.ts}


def _ids(place: Message | View, name: str) -> Json:
    found = element_ids(place.blocks, name)
    if found is None:
        raise PersonError(f"There is nothing called {name!r} in:\n{place.words}")
    return {"block_id": found[0], "action_id": found[1]}
