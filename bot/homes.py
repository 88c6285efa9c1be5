"""Everybody's Home: what waits for them, what runs, what is at risk, and who they are to the bot.

What Redis knows is shown the moment somebody opens it; a worker adds what Azure has to say, and
keeps it fresh for a while. A view that says what the last one said is not published again.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from bot import arranged, forecasts
from bot.access import admit, require_look
from bot.domain.data import digest
from bot.domain.request import State
from bot.domain.risks import Risks, weigh
from bot.errors import NotAllowed, Refused, SlackRefused
from bot.gateways.redis import Call
from bot.gateways.redis.bell import HOME
from bot.gateways.redis.homes import Shown
from bot.inventory import everything
from bot.messages.blocks import Block
from bot.messages.home import closed, home
from bot.overviews import overview_of
from bot.runtime import Bot

_PAUSE: Final = 4.0
"""Seconds between two views that one person is shown, once it has all that there is."""
_LOOK_AGAIN: Final = 25_000
"""Milliseconds after which a Home is looked at again although nothing was written down: clocks go
on, and machines fall ill. Twice that, and what it takes, is below a minute."""
_RISKS_AGE: Final = 20_000
"""Milliseconds for which what was judged of the machines is believed."""
_RISKS: Final = 12
"""So many risks are shown."""
_BUSY: Final = 0.5
_FOREIGN: Final = "hash_conflict"
_OVER: Final = frozenset({"not_enabled", "user_not_found", "user_not_visible", "account_inactive"})
"""What Slack says of a Home that is not there to be shown."""

log = logging.getLogger(__name__)


async def opened(bot: Bot, user_id: str, shown_hash: str) -> None:
    """Show somebody what Redis knows, and let a worker add the rest and keep it fresh.

    `shown_hash` is of the view that Slack shows them now, '' for none: of another one than ours
    nothing is believed.
    """
    now = (await bot.redis.requests.snapshot()).now
    try:
        await admit(bot, user_id, "", "home")
        await require_look(bot, user_id)
    except NotAllowed as error:
        await _turn_away(bot, user_id, error)
        return
    except Refused:
        return  # so often within a minute that it is fresh anyhow
    if (await bot.redis.homes.shown(user_id)).hash != shown_hash:
        await bot.redis.homes.forget(user_id)
    await bot.redis.homes.opened(user_id, now)
    async with bot.redis.homes.alone(user_id) as ours:
        if ours:
            await _draw(bot, user_id, opening=True)
    await bot.redis.bell.ring(Call(task=HOME, what=user_id, again=True))


async def draw(bot: Bot, user_id: str) -> float | None:
    """Bring somebody's Home up to date, with what Azure says.

    Returns the seconds after which it wants to be called again, None when it shows what there is.
    """
    async with bot.redis.homes.alone(user_id) as ours:
        if not ours:
            return _BUSY
        if not await bot.redis.homes.is_open(user_id):
            return None
        try:
            await require_look(bot, user_id)
        except NotAllowed as error:
            await bot.redis.homes.close(user_id)
            await _turn_away(bot, user_id, error)
            return None
        return await _draw(bot, user_id, opening=False)


async def refresh(bot: Bot) -> None:
    """Wake whoever draws the Homes of which something may have changed."""
    seen = await bot.redis.requests.snapshot()
    for user_id in await bot.redis.homes.open(seen.now):
        shown = await bot.redis.homes.shown(user_id)
        old = seen.now - shown.looked
        if old >= _LOOK_AGAIN or (shown.sequence != seen.sequence and old >= _PAUSE * 1000):
            await bot.redis.bell.ring(Call(task=HOME, what=user_id))


async def _draw(bot: Bot, user_id: str, *, opening: bool) -> float | None:
    seen = await bot.redis.requests.snapshot()
    before = await bot.redis.homes.shown(user_id)
    view = await _view(bot, user_id, ask_azure=not opening)
    said = digest(view)
    looked = before.model_copy(
        update={"sequence": seen.sequence, "looked": seen.now, "whole": not opening}
    )
    if said == before.digest:
        await bot.redis.homes.show(user_id, looked)
        return None
    pause = _PAUSE if before.whole and not opening else 0
    wait = await bot.redis.homes.wait_before_publishing(user_id, pause=pause, opening=opening)
    if wait:
        return wait
    new = await _publish(bot, user_id, view, before)
    if new is not None:
        await bot.redis.homes.show(user_id, looked.model_copy(update={"digest": said, "hash": new}))
    return None


async def _publish(bot: Bot, user_id: str, view: Block, before: Shown) -> str | None:
    """Show it; returns its hash, None when there is nobody to show it to."""
    try:
        return await bot.slack.publish_home(user_id, view, before.hash)
    except SlackRefused as error:
        if error.code == _FOREIGN:
            log.info("a Home is not as we left it; it is shown anew")
            return await bot.slack.publish_home(user_id, view)
        if error.code in _OVER:
            log.warning("a Home cannot be shown: %s", error.code)
            await bot.redis.homes.close(user_id)
            return None
        raise


async def _turn_away(bot: Bot, user_id: str, error: NotAllowed) -> None:
    """Show somebody who may see nothing why that is, and nothing else."""
    await bot.redis.homes.forget(user_id)
    if await bot.redis.homes.wait_before_publishing(user_id, pause=0, opening=True):
        return
    await _publish(bot, user_id, closed(error), Shown())


async def _view(bot: Bot, user_id: str, *, ask_azure: bool) -> Block:
    found = await overview_of(bot, user_id)
    running = [one for one in found.running if one.state is State.RUNNING]
    expected = {one.id: await forecasts.expected(bot, one) for one in running}
    return home(
        found.person,
        groups=found.groups,
        waiting=found.waiting_for_me,
        to_review=found.to_review,
        running=found.running,
        far=found.far,
        expected=expected,
        mine=found.mine,
        risks=await _risks(bot, found.now, ask_azure=ask_azure),
        locks=(await arranged.locks(bot)).holding,
        delegations=(await arranged.delegations(bot)).holding,
        may_ask=found.may_ask,
        may_approve=found.may_approve,
        now=found.now,
    )


async def _risks(bot: Bot, now: int, *, ask_azure: bool) -> Risks | None:
    """Return what was judged of all machines lately; judge them anew where Azure may be asked."""
    kept = await bot.redis.homes.risks()
    try:
        found = Risks.model_validate_json(kept) if kept else None
    except ValidationError:
        found = None  # of another version
    if not ask_azure or (found and now - found.at < _RISKS_AGE):
        return found
    inventory = await everything(bot)
    vaults = {one.vault for one in inventory.machines}
    around = await asyncio.gather(*(bot.azure.around.surroundings(one) for one in vaults))
    at = datetime.fromtimestamp(now / 1000, UTC)
    judged = weigh(inventory.machines, around, inventory.troubles, at, _RISKS)
    await bot.redis.homes.keep_risks(judged.model_dump_json())
    return judged
