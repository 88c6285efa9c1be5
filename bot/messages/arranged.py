"""What people have arranged beside the requests: locks, and who may vote in whose place."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from bot.domain.delegations import Delegation
from bot.domain.locks import Lock
from bot.messages.blocks import (
    Block,
    Message,
    code,
    context,
    esc,
    header,
    many,
    mention,
    moment,
    section,
    sections,
)
from bot.messages.buttons import UNLOCK, Confirm

_FEW: Final = 3
_MOST: Final = 20
"""So many are listed; each may take two blocks of the fifty that a message holds."""


def locked(lock: Lock) -> str:
    """Who locked what until when, and why."""
    return (
        f"{mention(lock.by.id)} has locked *{esc(lock.name, 300)}* until {moment(lock.until)}: "
        f"{esc(lock.reason)}"
    )


def in_place(one: Delegation) -> str:
    """Who may vote in whose place, until when, for what."""
    narrow = f", for {code(', '.join(one.only))}" if one.only else ""
    if one.machines:
        narrow += f", on {code(', '.join(one.machines))}"
    return (
        f"{mention(one.to.id)} may vote in the place of {mention(one.by.id)} until "
        f"{moment(one.until)}{narrow}"
    )


def now_locked(lock: Lock, others: int) -> Message:
    """Say what was locked, in full, and what comes of it."""
    names = ", ".join(f"*{esc(one.name, 80)}*" for one in lock.on[:_MOST]) or "*everything*"
    more = f" and {len(lock.on) - _MOST} more" if len(lock.on) > _MOST else ""
    blocks = [
        section(f":lock: Locked {names}{more} until {moment(lock.until)}: {esc(lock.reason)}"),
    ]
    if others:
        blocks.append(
            section(
                f":warning: {many(others, 'request')} for it {'is' if others == 1 else 'are'} "
                "waiting; what is approved while the lock holds is not sent."
            )
        )
    blocks.append(
        context(
            f"*{lock.id}* · What runs goes on, and jobs can be cancelled. End it with "
            f"`/dr unlock {lock.id}`."
        )
    )
    return Message(text=esc(f"Locked {lock.name}, {lock.id}."), blocks=blocks)


def now_unlocked(locks: Sequence[Lock]) -> Message:
    """Say which locks were ended."""
    said = [f":unlock: Unlocked *{esc(one.name, 300)}* ({one.id})." for one in locks]
    text = " ".join(f"Unlocked {esc(one.name, 300)}." for one in locks)
    return Message(text=text, blocks=[section("\n".join(said[:_MOST]))])


def lock_list(locks: Sequence[Lock], ends: Collection[str], strange: int) -> Message:
    """The locks that hold, each with a button for those who may end it."""
    blocks = [header("Locks")]
    for lock in locks[:_MOST]:
        button = _unlock(lock) if lock.id in ends else None
        blocks.append(section(f":lock: *{lock.id}* {locked(lock)}", button))
    if len(locks) > _MOST:
        blocks.append(context(f"… and {len(locks) - _MOST} more, which run out later."))
    if not locks:
        blocks.append(section("Nothing is locked."))
    blocks += _strange(strange)
    held = "; ".join(f"{esc(one.name, 80)} until {moment(one.until)}" for one in locks[:_MOST])
    text = f"{many(len(locks), 'lock')}: {held}." if locks else "Nothing is locked."
    return Message(text=text, blocks=blocks)


def delegation_list(some: Sequence[Delegation], strange: int) -> Message:
    """The delegations that hold."""
    blocks = [header("Delegations")]
    for one in some[:_MOST]:
        why = f"\n{esc(one.reason)}" if one.reason else ""
        blocks.append(section(f":busts_in_silhouette: {in_place(one)}{why}"))
    if len(some) > _MOST:
        blocks.append(context(f"… and {len(some) - _MOST} more, which run out later."))
    if not some:
        blocks.append(section("Nothing is delegated."))
    blocks += _strange(strange)
    blocks.append(context("Nobody gets more by it than the one has who delegated."))
    told = "; ".join(
        f"{esc(one.to.name, 80)} for {esc(one.by.name, 80)} until {moment(one.until)}"
        for one in some[:_MOST]
    )
    text = f"{many(len(some), 'delegation')}: {told}." if some else "Nothing is delegated."
    return Message(text=text, blocks=blocks)


def now_delegated(one: Delegation, *, told: bool) -> Message:
    """Say to whom was delegated, and whether they know."""
    untold = "" if told else f"\n:warning: {mention(one.to.id)} could not be told; do so yourself."
    return Message(
        text=esc(one.words),
        blocks=[
            section(f":busts_in_silhouette: {in_place(one)}.{untold}"),
            context(f"End it with `/dr undelegate @{esc(one.to.name, 60)}`."),
        ],
    )


def no_longer_delegated(one: Delegation) -> Message:
    """Say that a delegation was ended, and what comes of votes that were cast by it."""
    text = f"{mention(one.to.id)} may no longer vote in your place."
    more = "What they approved in it and was not sent yet does not count any more."
    return Message(
        text=esc(f"{one.to.name} may no longer vote in your place."),
        blocks=[section(text), context(more)],
    )


def to_the_delegate(one: Delegation) -> Message:
    """Tell somebody that they may vote in another's place: what it is, and what it is not."""
    why = f"\n*Why:* {esc(one.reason)}" if one.reason else ""
    return Message(
        text=esc(one.words),
        blocks=[
            section(f":busts_in_silhouette: {in_place(one)}.{why}"),
            context(
                "Press Approve or Deny on a card as they would. It is their vote that you cast: "
                "not one for what they or you asked for, and not one that you can pass on."
            ),
        ],
    )


def taken_back(one: Delegation) -> Message:
    """Tell somebody that they may no longer vote in another's place."""
    text = f"You may no longer vote in the place of {mention(one.by.id)}."
    return Message(
        text=esc(f"You may no longer vote in the place of {one.by.name}."), blocks=[section(text)]
    )


def with_locks(message: Message, locks: Sequence[Lock]) -> Message:
    """Say under the title of a message what is locked."""
    said = sections([f":lock: {locked(one)}" for one in locks[:_FEW]])
    return replace(message, blocks=[*message.blocks[:1], *said, *message.blocks[1:]][:50])


def _unlock(lock: Lock) -> Block:
    text = f"{lock.by.name} locked it: {lock.reason}"
    ask = Confirm(f"Unlock: {lock.name}?", text, UNLOCK.label)
    return UNLOCK.draw(lock.id, confirm=ask, suffix=lock.id)


def _strange(count: int) -> list[Block]:
    if not count:
        return []
    said = f"{many(count, 'record')} in Redis {'is' if count == 1 else 'are'} not ours"
    return [section(f":red_circle: {said}: ignored, and written down in the audit log.")]
