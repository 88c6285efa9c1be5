"""What is on one person's screen: messages, modals and the home tab, as the page shows them.

The rule: read from the answer of `GET /page/view` and from nothing else.
"""

from dataclasses import dataclass, field

from sandbox.reading import Json, Names, plain, words_of


@dataclass(frozen=True)
class Button:
    """A button on the screen."""

    label: str
    action_id: str
    block_id: str
    style: str
    confirm: Json | None
    """The question asked before anything is sent."""


@dataclass(frozen=True)
class Choice:
    """What can be chosen in a select."""

    label: str
    about: str
    """The line below the label."""
    value: str


@dataclass(frozen=True)
class Message:
    """A message on the screen."""

    ts: str
    channel: str
    """The channel's name."""
    thread_ts: str | None
    """The root of the thread it is a reply in."""
    ephemeral: bool
    broadcast: bool
    author: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    reply_count: int = 0
    names: Names = field(default_factory=dict, repr=False, compare=False)

    @property
    def words(self) -> str:
        """Everything readable in it, one line for each block."""
        return words_of(self.blocks, self.names) if self.blocks else plain(self.text, self.names)

    @property
    def buttons(self) -> list[Button]:
        """Its buttons, from top to bottom."""
        return _buttons(self.blocks)


@dataclass(frozen=True)
class View:
    """A modal, or the app's home tab."""

    id: str
    title: str
    blocks: list[Json]
    hash: str
    values: Json
    """What is entered, as the app will receive it: block id, action id, entry."""
    names: Names = field(default_factory=dict, repr=False, compare=False)

    @property
    def words(self) -> str:
        """Everything readable in it, one line for each block."""
        return words_of(self.blocks, self.names)

    @property
    def buttons(self) -> list[Button]:
        """Its buttons, from top to bottom."""
        return _buttons(self.blocks)

    @property
    def inputs(self) -> list[str]:
        """The labels of its inputs, from top to bottom."""
        return [block["label"]["text"] for block in self.blocks if block["type"] == "input"]


def messages_of(screen: Json, channel: str) -> list[Message]:
    """The visible messages of a channel, by its name or id, oldest first."""
    names = _names(screen)
    return [
        Message(
            ts=item["ts"],
            channel=known["name"],
            thread_ts=item["thread_ts"],
            ephemeral=item["ephemeral"],
            broadcast=item["broadcast"],
            author=item["user_name"],
            text=item["text"],
            blocks=item["blocks"],
            reply_count=item["reply_count"],
            names=names,
        )
        for known in screen["channels"]
        if channel in {known["name"], known["id"]}
        for item in screen["messages"][known["id"]]
    ]


def modal_of(screen: Json) -> View | None:
    """The modal on top, if one is open."""
    return _view(screen, screen["modals"][-1]) if screen["modals"] else None


def home_of(screen: Json) -> View | None:
    """The app's home tab, if the app has shown one."""
    return _view(screen, screen["home"]) if screen["home"] else None


def choice_of(option: Json) -> Choice:
    """Read an option that the app offers."""
    about = option.get("description") or {"text": ""}
    return Choice(option["text"]["text"], about["text"], option["value"])


def labelled(buttons: list[Button], label: str) -> Button | None:
    """The first button with this label."""
    return next((button for button in buttons if button.label == label), None)


def element_ids(blocks: list[Json], name: str) -> tuple[str, str] | None:
    """The block id and action id of the element that has either of the two as its name."""
    for block in blocks:
        for item in (*block.get("elements", []), block.get("accessory"), block.get("element")):
            if isinstance(item, dict) and "action_id" in item:
                ids = (str(block["block_id"]), str(item["action_id"]))
                if name in ids:
                    return ids
    return None


def entry_of(blocks: list[Json], label: str) -> tuple[str, str, str] | None:
    """The block id, the action id and the value of the entry of a menu that has this label."""
    for block in blocks:
        for item in (*block.get("elements", []), block.get("accessory")):
            if isinstance(item, dict) and item.get("type") == "overflow":
                for entry in item["options"]:
                    if entry["text"]["text"] == label:
                        return block["block_id"], item["action_id"], entry["value"]
    return None


def describe(screen: Json, channel: str) -> str:
    """What somebody looking at a channel would read, for the end of an error."""
    view = modal_of(screen)
    lines = [f"[modal {view.title}] {view.words}"] if view else []
    for message in messages_of(screen, channel):
        mark = " (only visible to them)" if message.ephemeral else ""
        lines.append(f"{message.author}{mark}: {message.words}")
    return "\n".join(lines[-12:]) or "nothing"


def _names(screen: Json) -> Names:
    known = [*screen["people"], *screen["channels"]]
    names = {item["id"]: item["name"] for item in known}
    return names | {item["id"]: item["handle"] for item in screen["usergroups"]}


def _view(screen: Json, shown: Json) -> View:
    return View(
        id=shown["id"],
        title=shown["title"]["text"] if "title" in shown else "",
        blocks=shown["blocks"],
        hash=shown["hash"],
        values=shown["state"]["values"],
        names=_names(screen),
    )


def _buttons(blocks: list[Json]) -> list[Button]:
    return [
        Button(
            label=item["text"]["text"],
            action_id=item["action_id"],
            block_id=block["block_id"],
            style=item.get("style", ""),
            confirm=item.get("confirm"),
        )
        for block in blocks
        for item in (*block.get("elements", []), block.get("accessory"))
        if isinstance(item, dict) and item.get("type") == "button"
    ]
