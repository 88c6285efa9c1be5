"""What speaks against failing over: of a machine, of a plan, or of all with the worst first."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain.machines import Machine, segment
from bot.domain.plans import Plan
from bot.domain.readiness import Concern, Weight, concerns, plan_concerns, vault_concerns
from bot.domain.vaults import Surroundings
from bot.messages import lines
from bot.messages.blocks import Block, Message, context, esc, header, many, section, sections

Judged = tuple[Machine, tuple[Concern, ...]]

_MACHINES: Final = 36
_OF_ONE: Final = 16
_OF_MANY: Final = 6
_PROOF: Final = "Only a test failover proves that a machine starts on the other side."
_WELL: Final = ":white_check_mark: Nothing speaks against a failover."


def of_machine(machine: Machine, around: Sequence[Surroundings], now: datetime) -> Message:
    """All that is known to speak against failing one machine over."""
    [(_, found)] = _judge([machine], around, now)
    blocks = [
        header(f"Readiness of {machine.name}"),
        *_judgement(machine, found, _OF_ONE),
        context(_PROOF),
    ]
    return Message(text=esc(f"Readiness of {machine.name}: {_verdict(found)}."), blocks=blocks)


def of_plan(
    plan: Plan, machines: Sequence[Machine], around: Sequence[Surroundings], now: datetime
) -> Message:
    """A plan is as ready as its worst machine; what it does beside starting them is named."""
    judged = _worst_first(_judge(machines, _without_places(around), now))
    itself = plan_concerns(plan, tuple(machines), now)
    burning = vault_concerns(machines, around)
    every = (*itself, *burning, *(one for _, found in judged for one in found))
    verdict = _verdict(every)
    title = f"Readiness of the plan {plan.name}"
    blocks = [
        header(title),
        context(
            f"{many(len(plan.items), 'machine')}. The plan is as ready as its worst: *{verdict}*."
        ),
        *sections([lines.concern(one) for one in (*burning[:3], *itself[:_OF_ONE])]),
    ]
    blocks += [b for m, found in judged[:_MACHINES] for b in _judgement(m, found, _OF_MANY)[:1]]
    if len(judged) > _MACHINES:
        blocks.append(context(f"… and {len(judged) - _MACHINES} more, none worse."))
    blocks.append(context(_PROOF))
    return Message(text=esc(f"{title}: {verdict}."), blocks=blocks)


def of_all(
    machines: Sequence[Machine],
    around: Sequence[Surroundings],
    troubles: Sequence[str],
    now: datetime,
) -> Message:
    """How many machines are how ready, and those that are not, the worst first."""
    judged = _judge(machines, _without_places(around), now)
    graver = [(m, tuple(c for c in f if c.weight is not Weight.NOTE)) for m, f in judged]
    worst = _worst_first([one for one in graver if one[1]])
    count = _counts(judged)
    blocks = [header("Not ready"), context(count), *lines.troubles(troubles)]
    burning = vault_concerns(machines, around)
    blocks += sections([lines.concern(one) for one in burning[:3]])
    blocks += [
        block
        for machine, found in worst[:_MACHINES]
        for block in _judgement(
            machine, [c for c in found if c.weight is not Weight.NOTE], _OF_MANY
        )[:1]
    ]
    if len(worst) > _MACHINES:
        more = len(worst) - _MACHINES
        blocks.append(context(f"… and {more} more, none worse: `/dr ready &lt;machine&gt;`."))
    if not worst and not burning and not troubles:
        blocks.append(section("Nothing is known to speak against any machine."))
    blocks.append(context(_PROOF))
    return Message(text=esc(f"Not ready: {count}"), blocks=blocks)


def _judge(
    machines: Sequence[Machine], around: Sequence[Surroundings], now: datetime
) -> list[Judged]:
    by_vault = {one.vault.casefold(): one for one in around}
    return [(m, concerns(m, now, by_vault.get(m.vault.casefold()))) for m in machines]


def _without_places(around: Sequence[Surroundings]) -> list[Surroundings]:
    """Leave out where the vaults are: for many machines that is said once, and not of each."""
    return [one.model_copy(update={"location": ""}) for one in around]


def _worst_first(judged: Sequence[Judged]) -> list[Judged]:
    """Order by what blocks, then by what is a risk, then by notes; more is worse."""

    def weigh(one: Judged) -> tuple[int, ...]:
        return tuple(-sum(c.weight is weight for c in one[1]) for weight in Weight)

    return sorted(judged, key=weigh)


def _counts(judged: Sequence[Judged]) -> str:
    """Count by the heaviest finding; what has failed over already is not ready to do it again."""
    heaviest = Counter(
        found[0].weight if found and found[0].weight is not Weight.NOTE else machine.active
        for machine, found in judged
    )
    gone = heaviest["Recovery"]
    blocked, risky = heaviest[Weight.BLOCKS], heaviest[Weight.RISK]
    ready = len(judged) - blocked - risky - gone
    away = f", {gone} failed over already" if gone else ""
    number = many(len(judged), "machine")
    return f"{number}: {blocked} blocked, {risky} at risk{away}, {ready} ready."


def _verdict(found: Sequence[Concern]) -> str:
    heaviest = min((one.weight for one in found), default=None)
    words = {Weight.BLOCKS: "blocked", Weight.RISK: "at risk", Weight.NOTE: "ready, with notes"}
    return words[heaviest] if heaviest is not None else "ready"


def _judgement(machine: Machine, found: Sequence[Concern], most: int) -> list[Block]:
    vault = segment(machine.vault, "vaults")
    said = [f"*{esc(machine.name)}* ({esc(vault)}) — {lines.standing(machine)}"]
    said += [lines.concern(one) for one in found[:most]]
    if len(found) > most:
        said.append(f":memo: and {len(found) - most} more: `/dr ready {esc(machine.name)}`")
    return sections(said if found else [*said, _WELL])
