"""Places: who would be down together with the machines that it is to save."""

from collections.abc import Iterable

from bot.domain.diagnosis import Diagnosis, Subject
from bot.domain.exposure import Exposure, exposure, region_of_redis
from bot.domain.machines import Machine
from bot.errors import DrError
from bot.messages.blocks import many
from bot.runtime import Bot


async def examine_places(bot: Bot, subject: Subject) -> list[Diagnosis]:
    """Whether a vault, the bot or its Redis is in the region that its machines run in, and would be
    down together with them. Where the bot runs, `DR_REGION` or App Service says; where Redis is,
    the name of an Azure Managed Redis says."""
    machines: list[Machine] = []
    found: list[Diagnosis] = []
    for vault in bot.settings.vaults:
        try:
            those = await bot.azure.machines(vault.id, fresh=False)
            location = await bot.azure.around.location(vault.id)
        except DrError:
            found.append(subject.care(f"What {vault.name} would be down with cannot be told."))
            continue
        machines += those
        exposed = exposure([location], those)
        advice = "A vault belongs where its machines fail over to; protect them from another one."
        found += together(f"The vault {vault.name}", exposed, advice, subject)
        if not exposed:
            found.append(subject.good(f"{vault.name} is in none of its machines' regions."))
    return found + _ours(bot, machines, subject)


def _ours(bot: Bot, machines: list[Machine], subject: Subject) -> list[Diagnosis]:
    found: list[Diagnosis] = []
    if bot.settings.regions:
        said = " and ".join(bot.settings.regions)
        exposed = exposure(bot.settings.regions, machines)
        advice = "Run it, or some of its processes, elsewhere, and name all regions in DR_REGION."
        found += together("The bot", exposed, advice, subject)
        if not exposed:
            outlived = many(len(machines), "machine")
            found.append(subject.good(f"The bot runs in {said} and outlives those of {outlived}."))
    else:
        found.append(
            subject.care("Where the bot runs cannot be told.", "Name its region in DR_REGION.")
        )
    if region := region_of_redis(bot.settings.redis_host):
        advice = "Replicate it to another region, or move it where the machines fail over to."
        exposed = exposure([region], machines)
        found += together("Redis", exposed, advice, subject)
        if not exposed:
            found.append(subject.good(f"Redis is in {region}, where none of the machines run."))
    return found


def together(
    what: str, exposed: Iterable[Exposure], advice: str, subject: Subject
) -> Iterable[Diagnosis]:
    """Judge what would be down with its machines; for those away from home that is the rule."""
    for one in exposed:
        if one.home:
            yield subject.bad(f"{what} is in {one.words}: it would be down with them.", advice)
        else:
            yield subject.care(
                f"{what} is in {one.words} since they were failed over.",
                "It is as it should be again when they are failed back.",
            )
