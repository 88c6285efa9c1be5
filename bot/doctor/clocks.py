"""Clocks: signatures, deadlines and tokens go by them."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

from bot.domain.clocks import BAD, CARE, skews
from bot.domain.diagnosis import Diagnosis, Subject
from bot.errors import DrError
from bot.messages.blocks import duration
from bot.runtime import Bot

_HOST: Final = "this host"
_HARM: Final = {
    _HOST: "Set it by NTP: from five minutes on, what Slack sends is refused as too old.",
    "Redis": "Set it by NTP: requests and approvals expire by this clock.",
}


async def examine_clocks(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """The clocks of this host, of Redis, of Slack and of Azure against one another."""
    ahead = {"Redis": await bot.redis.server.ahead()}
    try:
        slack = (await bot.slack.installation()).ahead
    except DrError:
        slack = None  # under Slack it is said why
    with suppress(DrError):  # a refusal tells the time as well
        await bot.azure.around.location(bot.vaults[0])
    told = {"Slack": slack, "Azure": bot.azure.ahead}
    return list(clocks(ahead | {name: at for name, at in told.items() if at is not None}, subject))


def clocks(ahead: Mapping[str, float], subject: Subject) -> Iterable[Diagnosis]:
    """Judge how far clocks are apart, from how far each is ahead of this host's."""
    off = [one for one in skews(ahead, _HOST) if abs(one.ahead) > CARE]
    for one in off:
        way = "ahead of" if one.ahead > 0 else "behind"
        say = subject.bad if abs(one.ahead) > BAD else subject.care
        sentence = f"The clock of {one.clock} is {duration(abs(one.ahead))} {way} {one.of}."
        yield say(sentence, _HARM.get(one.clock, "Compare the clocks of all hosts."))
    if not off:
        compared = ", ".join([_HOST, *ahead])
        yield subject.good(f"The clocks of {compared} agree within {CARE:.0f} s.")
