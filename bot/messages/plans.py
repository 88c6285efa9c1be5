"""Recovery plans, as somebody sees who looks at them."""

from collections.abc import Sequence
from typing import Final

from bot.domain.machines import Machine, same_id, segment
from bot.domain.plans import Plan, PlanAction, PlanGroup
from bot.domain.scenarios import offer_words, scenario_words
from bot.messages import lines
from bot.messages.blocks import (
    Block,
    Message,
    as_many,
    code,
    context,
    esc,
    fields,
    header,
    many,
    moment,
    section,
)

_MORE: Final = "… and more of it, which Slack has no room for: look in the portal."
_PLANS: Final = 40
_GROUPS: Final = 16
_MACHINES: Final = 25
_KINDS: Final = {
    "manual": ":raised_hand: *Manual:*",
    "runbook": ":scroll: *Runbook:*",
    "script": ":scroll: *Script:*",
}


def plan_list(plans: Sequence[Plan], troubles: Sequence[str]) -> Message:
    """The plans of all vaults."""
    blocks = [header("Recovery plans"), *lines.troubles(troubles)]
    blocks += [section(_line(plan)) for plan in plans[:_PLANS]]
    if len(plans) > _PLANS:
        blocks.append(context(f"… and {len(plans) - _PLANS} more."))
    if plans:
        blocks.append(context("`/dr plan &lt;name&gt;` shows one with its groups and actions."))
    elif not troubles:
        blocks.append(section("There is none."))
    named = f": {', '.join(plan.name for plan in plans[:_PLANS])}" if plans else ""
    text = f"{many(len(plans), 'recovery plan')}{named}."
    return Message(text=esc(text, 2500), blocks=blocks)


def plan_view(
    plan: Plan, machines: Sequence[Machine], *, offers: Sequence[str], trouble: str = ""
) -> Message:
    """One plan: its groups in order, what happens before and after each, and its machines."""
    busy = f"Azure runs {scenario_words(plan.scenario)}" if plan.scenario else "idle"
    blocks = [
        header(plan.name),
        fields(
            ("Direction", f"{esc(plan.primary)} → {esc(plan.recovery)}"),
            ("Kind", f"{_providers(plan)} in {esc(segment(plan.vault, 'vaults'))}"),
            ("Now", esc(f"{busy}, {plan.status}" if plan.status else busy)),
            ("Last test", moment(plan.tested_at) if plan.tested_at else "never"),
        ),
        *lines.troubles([trouble] if trouble else []),
    ]
    blocks += group_blocks(plan, machines, known=not trouble)
    can = ", ".join(code(f"/dr {one} plan:{plan.name}") for one in offers)
    blocks.append(context(f"Possible now: {can}." if can else "Nothing can be asked for now."))
    return Message(
        text=esc(f"The plan {plan.name}: {many(len(plan.items), 'machine')}."), blocks=blocks
    )


def group_blocks(
    plan: Plan, machines: Sequence[Machine], *, known: bool = True, most: int = _GROUPS
) -> list[Block]:
    """The groups of a plan as they start, with what happens before and after each."""
    blocks: list[Block] = []
    for number, group in enumerate(plan.boots[:most], 1):
        blocks += as_many(_group(number, group, machines, known=known), 2, _MORE)
    if len(plan.boots) > most:
        blocks.append(context(f"… and {len(plan.boots) - most} more groups."))
    others = [one for group in plan.groups if group.kind != "Boot" for one in _around(group)]
    if others:
        blocks += as_many(["*Around the shutdown and the failover*", *others], 2, _MORE)
    return blocks


def _line(plan: Plan) -> str:
    actions = f", {many(len(plan.actions), 'action')}" if plan.actions else ""
    parts = [
        f"{esc(plan.primary)} → {esc(plan.recovery)}",
        f"{many(len(plan.boots), 'group')}, {many(len(plan.items), 'machine')}{actions}",
        f"tested {moment(plan.tested_at)}" if plan.tested_at else "never tested",
    ]
    can = ", ".join(esc(one, 60) for one in offer_words(plan.allowed)) or "nothing"
    busy = (
        f"\n:arrows_counterclockwise: {esc(scenario_words(plan.scenario))}" if plan.scenario else ""
    )
    where = f"*{esc(plan.name)}* ({esc(segment(plan.vault, 'vaults'))}, {_providers(plan)})"
    return f"{where} — {' · '.join(parts)}\nPossible now: {can}{busy}"


def _providers(plan: Plan) -> str:
    return ", ".join(esc(one, 60) for one in plan.providers[:5]) or "unknown provider"


def _group(number: int, group: PlanGroup, machines: Sequence[Machine], *, known: bool) -> list[str]:
    said = [f"*Group {number}*"]
    said += [f"Before: {_action(one)}" for one in group.before]
    said += [_member(item, machines, known=known) for item in group.items[:_MACHINES]]
    if len(group.items) > _MACHINES:
        said.append(f"… and {len(group.items) - _MACHINES} more machines")
    said += [f"After: {_action(one)}" for one in group.after]
    return said


def _around(group: PlanGroup) -> list[str]:
    before = [f"Before {esc(f'{group.kind.lower()}:')} {_action(one)}" for one in group.before]
    return before + [f"After {esc(f'{group.kind.lower()}:')} {_action(one)}" for one in group.after]


def _action(action: PlanAction) -> str:
    other = f"{action.kind or 'Action'}:"
    kind = _KINDS.get(action.kind, f":grey_question: *{esc(other, 60)}*")
    only = offer_words(action.operations)
    when = f" (at {', '.join(esc(one, 60) for one in only)})" if only else ""
    words = f" — {esc(action.words, 400)}" if action.words else ""
    return f"{kind} {esc(action.name, 120)}{words}{when}"


def _member(item: str, machines: Sequence[Machine], *, known: bool) -> str:
    """Show a machine with its standing; an item that moved is found by the name that it keeps."""
    name = item.rpartition("/")[2]
    exact = (one for one in machines if same_id(one.id, item))
    moved = next((one for one in machines if one.item.casefold() == name.casefold()), None)
    machine = next(exact, moved)
    if machine is None:
        why = "is not in the vault any more" if known else "could not be read"
        return f"• {esc(name, 80)} {why}"
    return f"• *{esc(machine.name, 80)}* — {lines.health(machine)} · {lines.standing(machine)}"
