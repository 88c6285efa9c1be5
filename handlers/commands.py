"""What people type: read, carried out, answered. The same for `/dr` and for chosen matches."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from bot import asking, queries
from bot.access import admit
from bot.arrangements import VERBS, Order
from bot.cards import draw
from bot.domain.break_glass import strict, unwrapped
from bot.domain.confirmation import confirmations
from bot.domain.data import Data
from bot.domain.fleets import is_request, root
from bot.domain.grammar import Command, parse
from bot.domain.latecomers import Wish, became, too_late
from bot.domain.machines import Machine
from bot.domain.operations import CATALOGUE
from bot.domain.plans import Plan
from bot.domain.request import Request
from bot.domain.verbs import Option
from bot.errors import Ambiguous, Missing, Misunderstood, NotNow
from bot.lifecycle import redraw
from bot.messages import answers, lines
from bot.messages.blocks import Block, Message
from bot.messages.forms import (
    MOST_CHOICES,
    confirm_form,
    deny_form,
    nod_form,
    option_form,
    review_form,
    validate_form,
)
from bot.refusals import Appr, Gone
from bot.runtime import Bot
from handlers.pictures import show


class Said(Data):
    """Something that a person typed."""

    user: str
    channel: str
    text: str
    trigger: str
    """Opens a form within three seconds; '' where there is none."""
    elsewhere: bool = False
    """Whether they are not in that channel: a form says to which one its card goes."""


async def run(bot: Bot, said: Said) -> Message:
    """Carry out what somebody typed; raises our errors for the supervisor to put into words."""
    await admit(bot, said.user, said.channel, "command")
    command = unwrapped(parse(said.text, VERBS), strict(VERBS))
    if not command.verb:
        return show(await queries.overview(bot, said.user))
    return await carry_out(bot, said.user, said.channel, command)


async def carry_out(bot: Bot, user: str, channel: str, command: Command) -> Message:
    """Ask for an operation, arrange something, or look."""
    if command.verb in CATALOGUE:
        return await ask(bot, user, channel, command)
    verb = VERBS[command.verb]
    try:
        if verb.arranges:
            order = Order(user=user, channel=channel, command=command)
            return show(await verb.function(bot, order, **command.options))
        wanted = command.target or command.line
        place = (channel,) if verb.here else ()
        return show(await verb.function(bot, user, wanted, *place, **command.options))
    except Ambiguous as error:
        return await offer(bot, user, channel, command, error)


async def ask(bot: Bot, user: str, channel: str, command: Command) -> Message:
    """Ask for an operation, or for what is missing to ask for it."""
    try:
        asked = await asking.ask(bot, user, command, channel)
    except Ambiguous as error:
        return await offer(bot, user, channel, command, error)
    except Missing as error:
        lacks = {"what": error.what, "choices": error.choices}
        word = await stash(
            bot, user, channel, command,
            machine=error.target, name=error.name, lacks=json.dumps(lacks),
        )  # fmt: skip
        titles = [option_of(command.verb, what).argument.title for what in error.what]
        return answers.fill_in(error, word, titles)
    return await told(bot, asked)


async def told(bot: Bot, asked: asking.Asked) -> Message:
    """Show the card at once, then tell the asker where it is."""
    if isinstance(asked.request.target, Machine | Plan):
        await bot.redis.forms.asked_for(asked.request.asker.id, asked.request.target.id)
    await draw(bot, asked.request.id)
    record = await bot.redis.cards.record(asked.request.id)
    return answers.asked(
        asked.request,
        record.channel or asked.request.channel,
        already=asked.already,
        instead_of=asked.instead_of,
    )


async def next_of(bot: Bot, user: str, operation: str, request_id: str) -> Message:
    """Ask for what comes after a finished request, for the same machine and reason."""
    before = await bot.redis.requests.load(request_id)
    if before is None or operation not in CATALOGUE:
        raise NotNow(Gone.BUTTON, "This button is too old to be used.", "Type the command instead.")
    command = asking.next_command(before, operation)
    return await ask(bot, user, before.channel, command)


async def nod_form_of(bot: Bot, request_id: str) -> Block:
    """Draw the form for the manual action that a request's job waits for."""
    request = await bot.redis.requests.load(request_id)
    if request is None:
        raise NotNow(Gone.REQUEST, f"There is no request {request_id}.")
    asked = request.job.asks if request.job else None
    if late := too_late(request, Wish.NOD):
        await redraw(bot, request_id)
        raise late
    if asked is None:
        raise NotNow(Appr.WAITS_NO_MORE, "It does not wait for anybody any more.")
    return nod_form(request_id, asked)


def deny_form_of(request: Request) -> Block:
    """Draw the form in which somebody says why they deny a request."""
    return deny_form(request.id, lines.title(request))


async def outdated(bot: Bot, value: str) -> NotNow:
    """Say what became of the request of a button that this version does not know; redraw it."""
    said = "This button is of an older version of the bot."
    advice = "Type the command instead."
    request = await bot.redis.requests.load(value) if is_request(value) else None
    if request:
        await redraw(bot, request.id)
        said = f"{said} {request.id} is {request.state}. {became(request)}"
        advice = "Its card is drawn anew: press there, or type the command."
    return NotNow(Gone.BUTTON, said, advice)


def confirm_form_of(request: Request) -> Block:
    """Draw the form into which an approver types the name of the target."""
    destroys = CATALOGUE[request.operation].destroys(request.ground)
    return confirm_form(request.id, lines.title(request), destroys, confirmations(request))


def validate_form_of(request: Request, *, works: bool) -> Block:
    """Draw the form in which somebody says what they saw."""
    return validate_form(request.id, lines.title(request), works=works)


def review_form_of(request: Request) -> Block:
    """Draw the form for the review of a broken glass."""
    return review_form(request.id, lines.title(request), request.reason)


async def let_decide(bot: Bot, user: str, request_id: str, *, stops: bool = False) -> None:
    """Let somebody in who sends a form about a request; raises `NotAllowed` otherwise."""
    channel = await channel_of(bot, request_id)
    await admit(bot, user, channel, "click", about=request_id, stops=stops)


async def channel_of(bot: Bot, request_id: str) -> str:
    """Return the channel that holds the card of a request, '' when it is not known."""
    return (await bot.redis.cards.record(root(request_id))).channel


async def offer(bot: Bot, user: str, channel: str, command: Command, error: Ambiguous) -> Message:
    """Offer the matches of a name; the half-finished command waits for the choice."""
    ids = {str(number): machine_id for number, (machine_id, _) in enumerate(error.matches)}
    return answers.choose(error, await stash(bot, user, channel, command, **ids))


async def stash(bot: Bot, user: str, channel: str, command: Command, **extra: str) -> str:
    """Keep a half-finished command; only the same person can go on with it."""
    kept = {"user": user, "channel": channel, "command": command.model_dump_json()}
    return await bot.redis.shelf.stash(kept | extra)


async def unstash(bot: Bot, user: str, word: str) -> tuple[Command, dict[str, str]]:
    """Take up a half-finished command; raises `NotNow` when it is gone or somebody else's."""
    kept = await bot.redis.shelf.stashed(word)
    if kept is None or kept["user"] != user:
        raise _expired()
    return Command.model_validate_json(kept["command"]), kept


async def typed_in(bot: Bot, word: str) -> str:
    """Return the channel where a half-finished command was typed, '' when it is gone."""
    return (await bot.redis.shelf.stashed(word) or {}).get("channel", "")


def _expired() -> NotNow:
    return NotNow(Gone.CHOICE, "This choice has expired.", "Type the command again.")


async def form(bot: Bot, user: str, word: str) -> Block:
    """Draw the form for what a half-finished command lacks."""
    command, kept = await unstash(bot, user, word)
    if "lacks" not in kept:
        raise _expired()
    lacks = json.loads(kept["lacks"])
    choices = lacks["choices"]
    if "point" in lacks["what"]:
        points = await bot.azure.points(kept["machine"])
        now = datetime.now(UTC)
        choices["point"] = [
            (one.name, lines.point_label(one, now)) for one in points[:MOST_CHOICES]
        ]
    title = CATALOGUE[command.verb].title
    options = [option_of(command.verb, what) for what in lacks["what"]]
    return option_form(word, options, title, kept["name"], choices)


async def filled_in(bot: Bot, user: str, word: str, given: Mapping[str, str]) -> Message:
    """Go on with a command, with the options that were filled in."""
    await admit(bot, user, await typed_in(bot, word), "click")
    command, kept = await unstash(bot, user, word)
    for name in given:
        option_of(command.verb, name)
    whole = command.model_copy(update={"options": command.options | dict(given)})
    return await ask(bot, user, kept["channel"], whole)


def option_of(verb: str, name: str) -> Option:
    """Find an option of an operation; raises `NotNow` when there is none."""
    for option in CATALOGUE[verb].verb.options:
        if option.name == name:
            return option
    raise NotNow(
        Gone.FORM, "This form is of another version of the bot.", "Type the command instead."
    )


def check(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Check what was filled into a form: returns the options, and what is wrong with which.

    Nothing is known of the command yet, so every option of that name has to agree.
    """
    checked, wrong = dict(given), {}
    for one in CATALOGUE.values():
        for option in one.verb.options:
            if option.name in given:
                try:
                    checked[option.name] = option.argument.check(checked[option.name])
                except Misunderstood as error:
                    wrong[option.name] = str(error)
    return checked, wrong


async def choose(bot: Bot, user: str, value: str) -> Message:
    """Go on with a command, for the match that was pressed."""
    word, _, number = value.partition(":")
    command, kept = await unstash(bot, user, word)
    if not number.isdecimal() or number not in kept:
        raise _expired()
    chosen = command.model_copy(update={"targets": (f"id:{kept[number]}",)})
    return await carry_out(bot, user, kept["channel"], chosen)
