"""What people press: from an action id to what it does."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot import approvals, settling, validating
from bot.access import admit
from bot.arrangements import locks
from bot.cards import place_for
from bot.clicks import Click
from bot.domain.data import Data
from bot.domain.fleets import is_request
from bot.domain.request import Request, State
from bot.messages.blocks import Message
from bot.messages.buttons import (
    APPROVE,
    CHOOSE,
    CLOSE,
    CLOSE_ANYWAY,
    DENY,
    DENY_BECAUSE,
    FILL_IN,
    GIVE_UP,
    HOLD,
    MORE,
    NEXT,
    NOD,
    NUDGE,
    REOPEN,
    RESUBMIT,
    REVIEW,
    REVOKE,
    RUN,
    SHOW,
    SNOOZE,
    TIMELINE,
    UNLOCK,
    UPDATE,
    WITHDRAW,
    WITHDRAW_REST,
    WORKS,
    WORKS_NOT,
    Button,
)
from bot.messages.windows import held
from bot.nudges import nudge
from bot.runtime import Bot
from handlers import ask_form, commands, incidents, panes
from handlers.commands import Said
from handlers.pictures import show


class Press(Data):
    """A button that somebody pressed."""

    id: str
    """The same for every delivery of the same press."""
    user: str
    channel: str
    """Where the button is, '' when that is not known."""
    action: str
    value: str
    trigger: str
    """Opens a form within three seconds."""
    window: str = ""
    """The window that it is in, '' for a message and for the Home."""


Decide = Callable[[Bot, Click], Awaitable[Request]]
Handle = Callable[[Bot, Press], Awaitable[Message | None]]


def _deciding(decide: Decide) -> Handle:
    async def handle(bot: Bot, press: Press) -> None:
        await decide(bot, Click(id=press.id, user=press.user, request=press.value))

    return handle


async def _approve(bot: Bot, press: Press) -> None:
    """Count an approval, or open the form where the policy wants it typed."""
    click = Click(id=press.id, user=press.user, request=press.value)
    request = await approvals.to_be_typed(bot, click)
    if request is None:
        await approvals.approve(bot, click)
    elif request.state is State.WAITING:
        await bot.slack.open_view(press.trigger, commands.confirm_form_of(request))


async def _deny_because(bot: Bot, press: Press) -> None:
    """Open the form for the reason, for somebody who may deny it."""
    click = Click(id=press.id, user=press.user, request=press.value)
    request = await approvals.to_be_denied(bot, click)
    await bot.slack.open_view(press.trigger, commands.deny_form_of(request))


async def _next(bot: Bot, press: Press) -> Message:
    operation, _, request_id = press.value.partition(":")
    return await commands.next_of(bot, press.user, operation, request_id)


async def _choose(bot: Bot, press: Press) -> Message:
    return await commands.choose(bot, press.user, press.value)


async def _fill_in(bot: Bot, press: Press) -> None:
    await bot.slack.open_view(press.trigger, await commands.form(bot, press.user, press.value))


async def _reopen(bot: Bot, press: Press) -> Message | None:
    return await ask_form.open_again(bot, press.user, press.value, press.trigger)


async def _nod(bot: Bot, press: Press) -> None:
    await bot.slack.open_view(press.trigger, await commands.nod_form_of(bot, press.value))


async def _nudge(bot: Bot, press: Press) -> Message:
    return show(await nudge(bot, press.user, press.value))


async def _review(bot: Bot, press: Press) -> None:
    """Open the form for those whose review would count."""
    click = Click(id=press.id, user=press.user, request=press.value)
    request = await approvals.to_be_reviewed(bot, click)
    await bot.slack.open_view(press.trigger, commands.review_form_of(request))


async def _works(bot: Bot, press: Press) -> None:
    """Open the form for those whose word would be taken."""
    click = Click(id=press.id, user=press.user, request=press.value)
    request = await validating.to_be_validated(bot, click)
    works = press.action == WORKS.action
    await bot.slack.open_view(press.trigger, commands.validate_form_of(request, works=works))


async def _hold(bot: Bot, press: Press) -> Message:
    click = Click(id=press.id, user=press.user, request=press.value)
    return held(*await validating.hold(bot, click))


async def _run(bot: Bot, press: Press) -> Message | None:
    """Do what typing it does; where there is no channel, its card goes to the incident channel."""
    said = Said(
        user=press.user,
        channel=press.channel or await place_for(bot, ""),
        text=press.value,
        trigger=press.trigger,
        elsewhere=not press.channel,
    )
    return await incidents.run(bot, said)


async def _show(bot: Bot, press: Press) -> None:
    await panes.show(bot, press.user, press.value, press.trigger)


async def _unlock(bot: Bot, press: Press) -> Message:
    return show(await locks.unlock(bot, locks.unlock_order(press.user, press.value)))


async def _update(bot: Bot, press: Press) -> None:
    await incidents.open_update(bot, press.user, press.value, press.trigger)


async def _close(bot: Bot, press: Press) -> None:
    await incidents.open_close(bot, press.user, press.value, press.trigger)


async def _close_anyway(bot: Bot, press: Press) -> Message:
    return await incidents.close_anyway(bot, press.user, press.value)


async def _snooze(bot: Bot, press: Press) -> Message:
    return await incidents.snooze(bot, press.user, press.value)


async def _timeline(bot: Bot, press: Press) -> Message:
    return await incidents.show_timeline(bot, press.user, press.value)


HANDLERS: Final[Mapping[Button, Handle]] = {
    APPROVE: _approve,
    DENY: _deciding(approvals.deny),
    DENY_BECAUSE: _deny_because,
    REVOKE: _deciding(approvals.take_back),
    WITHDRAW: _deciding(approvals.withdraw),
    WITHDRAW_REST: _deciding(settling.withdraw_rest),
    RESUBMIT: _deciding(settling.resubmit),
    GIVE_UP: _deciding(settling.give_up),
    NOD: _nod,
    NUDGE: _nudge,
    REVIEW: _review,
    HOLD: _hold,
    WORKS: _works,
    WORKS_NOT: _works,
    NEXT: _next,
    CHOOSE: _choose,
    FILL_IN: _fill_in,
    REOPEN: _reopen,
    UNLOCK: _unlock,
    UPDATE: _update,
    CLOSE: _close,
    CLOSE_ANYWAY: _close_anyway,
    SNOOZE: _snooze,
    TIMELINE: _timeline,
    RUN: _run,
    SHOW: _show,
}


async def press(bot: Bot, pressed: Press) -> Message | None:
    """Do what a button or the entry of a menu is for; nothing said means that the card says it."""
    if pressed.action == MORE.action:
        action, _, value = pressed.value.partition(":")
        pressed = pressed.model_copy(update={"action": action, "value": value})
    handle = _BY_ACTION.get(pressed.action)
    if handle is None:
        raise await commands.outdated(bot, pressed.value)
    about = pressed.value.rpartition(":")[2]
    await admit(
        bot,
        pressed.user,
        pressed.channel,
        "click",
        about=about if is_request(about) else "",
        stops=pressed.action in _STOPS,
    )
    answer = await handle(bot, pressed)
    if pressed.window and answer is None and is_request(about):
        await panes.redraw(bot, pressed.window, about)
    return answer


_STOPS: Final = frozenset(
    button.action for button in (DENY, DENY_BECAUSE, REVOKE, WITHDRAW, WITHDRAW_REST)
)
"""What only ends something, and so is welcome from wherever it comes."""

_BY_ACTION: Final[Mapping[str, Handle]] = {
    button.action: handle for button, handle in HANDLERS.items()
}
