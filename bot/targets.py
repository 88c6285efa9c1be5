"""From what was typed to exactly what is meant: a machine, a plan, a job, or several machines.

Several matches of one name are offered to choose from; nothing is ever guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.candidates import find_candidate
from bot.domain.candidates import Candidate, as_machine
from bot.domain.catalogue import Operation
from bot.domain.data import Data
from bot.domain.fleets import LeftOut, is_request
from bot.domain.jobs import Job
from bot.domain.machines import Machine, is_guid, same_id, segment
from bot.domain.matching import is_pattern
from bot.domain.offers import by_machine, why_not
from bot.domain.plans import Plan, members
from bot.domain.policy import Rule, Subject
from bot.domain.rolls import named, select
from bot.domain.rules import Kind
from bot.errors import Ambiguous, AzureRefused, Misunderstood, NotNow, Unavailable
from bot.every_vault import of_every_vault
from bot.inventory import everything, find, members_of
from bot.refusals import Name, Now
from bot.runtime import Bot

MOST: Final = 1000
"""So many machines can be in one request."""

_PLAN: Final = "plan:"


class Selection(Data):
    """Several machines that were meant, and those that were and cannot."""

    words: str
    machines: tuple[Machine, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


Meant = Machine | Plan | Job | Candidate | Selection


async def find_target(
    bot: Bot, operation: Operation, words: Sequence[str], options: Mapping[str, str]
) -> Meant:
    """Find what an operation is asked for.

    Raises `Ambiguous`, `Misunderstood`, `NotNow` or `Unavailable`, each with what to type instead.
    """
    if operation.about == "job":
        return await find_job(bot, words[0])
    if operation.about == "candidate":
        return await find_candidate(bot, words[0], options.get("vault", ""))
    if means_several(words):
        machines, troubles = await machines_meant(bot, words)
        return _sorted_out(operation, _as_said(words, machines), machines, troubles)
    one = await find_machine_or_plan(bot, words[0])
    if isinstance(one, Plan) and by_machine(operation, one):
        return await _of_plan(bot, operation, one)
    return one


async def rule_for(bot: Bot, operation: Operation, meant: Meant) -> Rule | None:
    """Return the rule of the policy that what is meant falls under, None when there is none.

    Raises `NotNow` when its machines fall under several.
    """
    return bot.policy.rule_for_all(operation.name, await subjects_of(bot, meant))


async def subjects_of(bot: Bot, meant: Meant) -> tuple[Subject, ...]:
    """Return what the rules of the policy are to be compared with: each machine that is meant."""
    match meant:
        case Machine():
            return (subject_of(meant),)
        case Candidate():
            return (subject_of(as_machine(meant)),)
        case Selection():
            return tuple(map(subject_of, meant.machines))
        case Plan():
            machines = await members_of(bot, meant)
            named = [subject_of(one, kind="plan", plan=meant.name) for one in machines]
            return tuple(named) or (
                Subject(kind="plan", name="", plan=meant.name, vault=meant.vault),
            )
        case Job():
            return await _subjects_of_job(bot, meant)


async def _subjects_of_job(bot: Bot, job: Job) -> tuple[Subject, ...]:
    """Find the machines that a job works on, where a rule goes by more than their names."""
    unknown = Subject(kind="job", name=job.target, plan=job.target, vault=job.vault)
    if not job.target or not any(rule.by_machine for rule in bot.policy.rules):
        return (unknown,)
    roll = await bot.azure.rolls.get(job.vault, fresh=True)
    found = named(job.target, (roll,))
    if not found and (plan := _only(job.target, await bot.azure.plans(job.vault))):
        found = members(plan, roll.machines)
    known = [subject_of(one, kind="job", plan=job.target) for one in found]
    return tuple(known) or (unknown,)


def subject_of(machine: Machine, *, kind: Kind = "machine", plan: str = "") -> Subject:
    """Return what the rules of the policy are to be compared with, for one machine."""
    return Subject(kind=kind, name=machine.name, plan=plan, vault=machine.vault, machine=machine)


async def find_machine_or_plan(bot: Bot, word: str) -> Machine | Plan:
    """Find a machine, or a plan where no machine has that name (`plan:<name>` means plans only)."""
    if word.casefold().startswith(_PLAN) or segment(word, "replicationRecoveryPlans"):
        return await find_plan(bot, word)
    try:
        return await find(bot, word)
    except (Ambiguous, NotNow):
        plans, _ = await all_plans(bot)
        if plan := _only(word, plans):
            return await bot.azure.plan(plan.id)
        raise


async def find_plan(bot: Bot, name: str) -> Plan:
    """Find exactly one plan and read it afresh; raises like `find` does for machines."""
    wanted = name[len(_PLAN) :] if name.casefold().startswith(_PLAN) else name
    if not wanted:
        raise Misunderstood(
            Name.BAD_FILTER, "“plan:” needs the name of a plan.", "/dr plans lists them."
        )
    plans, troubles = await all_plans(bot)
    if plan := _only(wanted, plans):
        return await bot.azure.plan(plan.id)
    found = _called(wanted, plans)
    if found:
        labels = [(one.id, f"{one.name}@{segment(one.vault, 'vaults')}") for one in found]
        raise Ambiguous(f"{len(found)} plans are called {wanted}. Which one?", labels)
    if troubles:
        raise Unavailable(f"The plan {wanted} was not found, but {' '.join(troubles)}")
    names = ", ".join(one.name for one in plans) or "none"
    raise NotNow(Name.NO_PLAN, f"No plan is called {wanted}.", f"There are: {names}.")


async def all_plans(bot: Bot) -> tuple[tuple[Plan, ...], tuple[str, ...]]:
    """Read the plans of all vaults, and say which vaults could not be read."""
    lists, troubles = await of_every_vault(bot, bot.azure.plans)
    plans = [plan for listed in lists.values() for plan in listed]
    return tuple(sorted(plans, key=lambda plan: plan.name.casefold())), troubles


async def find_job(bot: Bot, word: str) -> Job:
    """Find a job by its id, or by the request, machine or plan that it works on."""
    if named_job := segment(word, "replicationJobs"):
        word = named_job
    if is_guid(word):
        return await _job_called(bot, word)
    if is_request(word):
        request = await bot.redis.requests.load(word.upper())
        if request is None or request.job is None:
            raise NotNow(
                Name.NO_JOB, f"No request {word.upper()} has a job.", "/dr jobs lists the jobs."
            )
        return await bot.azure.job(request.target.vault, request.job.name)
    target = await find_machine_or_plan(bot, word)
    jobs = [one for one in await bot.azure.jobs(target.vault) if _is_for(one, target)]
    jobs.sort(key=lambda one: (not one.running, -(one.started.timestamp() if one.started else 0)))
    if not jobs:
        raise NotNow(Name.NO_JOB, f"No job of {target.name} is known.", "/dr jobs lists the jobs.")
    return await bot.azure.job(target.vault, jobs[0].name)


def means_several(words: Sequence[str]) -> bool:
    """Whether some words may mean several machines."""
    if len(words) > 1:
        return True
    return not words[0].casefold().startswith(_PLAN) and is_pattern(words[0])


async def machines_meant(
    bot: Bot, words: Sequence[str]
) -> tuple[tuple[Machine, ...], tuple[str, ...]]:
    """Find all machines that some words mean together, and which vaults could not be asked.

    Raises `Misunderstood` or `NotNow` when one of the words means none, or more than it should.
    """
    if any(word.casefold().startswith(_PLAN) for word in words):
        raise Misunderstood(
            Name.MIXED,
            "A plan cannot be mixed with other names.",
            "Ask for the plan by itself, then the rest.",
        )
    inventory = await everything(bot, fresh=True)
    for word in words:
        if not is_pattern(word) and len(twins := named(word, inventory.rolls)) > 1:
            choices = ", ".join(f"{m.name}@{segment(m.vault, 'vaults')}" for m in twins)
            raise NotNow(
                Name.TWINS, f"{len(twins)} machines are called {word}.", f"Say which: {choices}."
            )
    meant, strange = select(words, inventory.rolls)
    if strange:
        trouble = f" {' '.join(inventory.troubles)}" if inventory.troubles else ""
        raise NotNow(
            Name.NO_MATCH,
            f"No machine is meant by {', '.join(strange)}.{trouble}",
            "/dr list shows them all.",
        )
    if not meant:
        raise NotNow(
            Name.NO_MATCH,
            f"No machine is meant by all of {' '.join(words)} together.",
            "/dr list shows them all.",
        )
    return meant, inventory.troubles


def _as_said(words: Sequence[str], meant: Sequence[Machine]) -> str:
    """Repeat what was typed, with names in place of ids, which buttons bring along."""
    names = {f"id:{machine.id.casefold()}": machine.name for machine in meant}
    return " ".join(names.get(word.casefold(), word) for word in words)


async def _of_plan(bot: Bot, operation: Operation, plan: Plan) -> Selection:
    if reason := why_not(operation, plan):
        raise reason
    machines = await members_of(bot, plan)
    note = f"Azure does this machine by machine, not with {plan.name} as a whole; its actions and "
    note += "its order of groups are not used."
    return _sorted_out(operation, f"plan:{plan.name}", machines, (note,))


def _sorted_out(
    operation: Operation, words: str, meant: Iterable[Machine], notes: tuple[str, ...]
) -> Selection:
    """Part those that can from those that cannot; raises `NotNow` when none can."""
    able: list[Machine] = []
    unable: list[LeftOut] = []
    for machine in meant:
        reason = why_not(operation, machine)
        if reason is None:
            able.append(machine)
        else:
            unable.append(LeftOut(name=machine.name, why=reason.sentence))
    if not able:
        said = " ".join(one.why for one in unable[:5])
        raise NotNow(
            Now.NONE_CAN,
            f"None of the {len(unable)} machines can: {said}",
            "/dr status shows more.",
        )
    if len(able) > MOST:
        raise NotNow(
            Name.TOO_MANY,
            f"{len(able)} machines are meant; {MOST} is the most in one request.",
            "Narrow it down, by region: or vault: for example.",
        )
    return Selection(
        words=words,
        machines=tuple(able),
        left_out=tuple(unable),
        notes=(*notes, *_belonging(able, unable)),
    )


def _belonging(able: Sequence[Machine], unable: Sequence[LeftOut]) -> tuple[str, ...]:
    """Name those that are in a consistency group or on a shared disk."""
    said = []
    missing = {one.name for one in unable}
    for kind, word in (("together", "consistency group"), ("cluster", "shared-disk cluster")):
        for group in sorted({getattr(m, kind) for m in able} - {""}):
            names = [m.name for m in able if getattr(m, kind) == group]
            verb = "belong" if len(names) > 1 else "belongs"
            said.append(f"{', '.join(names)} {verb} to the {word} {group}.")
    if missing and said:
        said.append("Look whether those left out belong to them.")
    return tuple(said)


def _called(name: str, plans: Sequence[Plan]) -> list[Plan]:
    if segment(name, "replicationRecoveryPlans"):
        wanted = name[3:] if name.casefold().startswith("id:") else name
        return [plan for plan in plans if same_id(plan.id, wanted)]
    wanted, _, vault = name.casefold().partition("@")
    return [
        plan
        for plan in plans
        if plan.name.casefold() == wanted
        and (not vault or segment(plan.vault, "vaults").casefold() == vault)
    ]


def _only(name: str, plans: Sequence[Plan]) -> Plan | None:
    found = _called(name, plans)
    return found[0] if len(found) == 1 else None


async def _job_called(bot: Bot, name: str) -> Job:
    for vault in bot.vaults:
        try:
            return await bot.azure.job(vault, name)
        except AzureRefused as error:
            if error.status not in {400, 404}:
                raise
    raise NotNow(Name.NO_JOB, f"No vault has a job {name}.", "/dr jobs lists the jobs.")


def _is_for(job: Job, target: Machine | Plan) -> bool:
    return job.target.casefold() == target.name.casefold()
