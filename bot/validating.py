"""Validating: people say of what was failed over whether it works. It is evidence, and no vote."""

from datetime import UTC, datetime

from bot.access import actor
from bot.clicks import Click, decided, refuse
from bot.domain.latecomers import Wish
from bot.domain.reminders import Kind, Round
from bot.domain.request import Request, Step, take
from bot.domain.validating import machines_of, settled, why_not_hold, why_not_validate, with_word
from bot.domain.validations import Validation
from bot.domain.votes import Standing
from bot.errors import NotNow
from bot.jobs.windows import window_id
from bot.lifecycle import Move, fact_of, note, redraw
from bot.moved import found_again
from bot.refusals import Gone
from bot.runtime import Bot

_LOOKED_AT = 20
"""Of so many machines each is looked up again; of more, the first of them."""


async def to_be_validated(bot: Bot, click: Click) -> Request:
    """Return the request if this person can say whether it works; raises `NotAllowed`."""

    def decide(who: Standing, request: Request, _now: int) -> None:
        refuse(why_not_validate(request, who, bot.policy.may_look))

    return await decided(bot, click, Wish.VALIDATE, decide)


async def validate(bot: Bot, click: Click, note: str, *, works: bool) -> Request:
    """Take what somebody says of whether it works; the later word counts, and all are kept.

    The machine is read first: of what is committed by now, by whomever, nobody says it any more.
    """
    seen = await bot.redis.requests.load(click.request)
    if seen is None:
        raise NotNow(Gone.REQUEST, f"There is no request {click.request}.")
    found = [await found_again(bot, one) for one in machines_of(seen.after)[:_LOOKED_AT]]
    committed = settled(one for one in found if one)

    def decide(who: Standing, request: Request, now: int) -> Move | None:
        if any(one.click == click.id for one in request.validations):
            return None
        refuse(why_not_validate(request, who, bot.policy.may_look, committed))
        one = Validation(works=works, at=now, person=who.person, note=note, click=click.id)
        after = take(request, Step.VALIDATE, validations=with_word(request.validations, one))
        words = f"{who.person.name} says that {one.verdict}{f': {note}' if note else '.'}"
        fact = fact_of(Step.VALIDATE, request, after, actor(who.person), words, note)
        said = {"works": "yes" if works else "no"}
        return Move(
            request=after,
            fact=fact.model_copy(update={"correlation": fact.correlation | said}),
        )

    return await decided(bot, click, Wish.VALIDATE, decide)


async def hold(bot: Bot, click: Click) -> tuple[Request, int]:
    """Keep the reminders of a commit window back for a while; returns until when.

    Whoever may ask for or approve the request can; raises `NotAllowed`.
    """
    pressed: list[Standing] = []

    def decide(who: Standing, request: Request, _now: int) -> None:
        refuse(why_not_hold(request, who))
        pressed.append(who)

    request = await decided(bot, click, Wish.HOLD, decide)
    now, who = (await bot.redis.requests.snapshot()).now, pressed[-1].person
    until = now + bot.policy.commit.hold * 1000
    one = Round(mark=f"hold:{click.id}", kind=Kind.HOLD, at=until, by=who)
    await bot.redis.reminders.begin(window_id(request.id), one, until)
    said = f"{datetime.fromtimestamp(until / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    words = f"{who.name} holds the reminders to commit until {said}."
    await note(bot, fact_of("hold", request, request, actor(who), words), f"hold:{click.id}")
    await redraw(bot, request.id)
    return request, until
