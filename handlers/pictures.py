"""Which picture is drawn of what a query found."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.arrangements import VERBS
from bot.arrangements.made import (
    NoLongerDelegated,
    NowClosed,
    NowDeclared,
    NowDelegated,
    NowLocked,
    NowNoted,
    NowSnoozed,
    NowUnlocked,
    NowUpdated,
    StillGoingOn,
)
from bot.domain.data import Data
from bot.messages import (
    answers,
    arranged,
    doctor,
    incident_answers,
    machines,
    plans,
    policy,
    readiness,
    reminders,
    vaults,
    work,
)
from bot.messages.blocks import Message
from bot.messages.card import preview
from bot.messages.help import help_on, help_page, help_with
from bot.messages.receipt import receipt
from bot.messages.roster import request_view
from bot.nudges import Nudged
from bot.overviews import Overview
from bot.previews import Preview
from bot.queries.found import (
    DelegationList,
    EventList,
    Examined,
    Explanation,
    Fleet,
    HelpOn,
    HelpPage,
    HelpWith,
    JobList,
    JobView,
    LockList,
    MachineStatus,
    PlanList,
    PlanView,
    PointList,
    Readiness,
    Receipt,
    RequestList,
    RequestView,
    Timeline,
    Trail,
    VaultList,
    VaultView,
)
from bot.queries.registry import ASKING
from bot.refusals import BY_ID


def show(found: Data) -> Message:
    """Draw what a query found."""
    draw = _PICTURES.get(type(found))
    if draw is None:
        raise TypeError(f"there is no picture of a {type(found).__name__}")
    return draw(found)


def _overview(found: Overview) -> Message:
    return answers.overview(
        waiting=found.waiting_for_me,
        running=found.running,
        mine=found.mine,
        far=found.far,
        to_review=found.to_review,
        may_ask=found.may_ask,
        may_look=[
            name
            for name, verb in VERBS.items()
            if not verb.arranges and name not in {*ASKING, *_APART}
        ],
    )


def _fleet(found: Fleet) -> Message:
    return machines.fleet(
        found.machines,
        found.troubles,
        detailed=found.detailed,
        filters=found.filters,
        unmatched=found.unmatched,
        page=found.page,
        unprotected=found.unprotected,
        now=_now(),
    )


def _machine(found: MachineStatus) -> Message:
    return machines.machine_status(
        found.machine,
        points=found.points,
        job=found.job,
        request=found.request,
        offers=found.offers,
        now=_now(),
        together=found.together,
        nodes=found.nodes,
        locks=found.locks,
        unprotected=found.unprotected,
        commit_since=found.commit_since,
    )


def _vault(found: VaultView) -> list[dict[str, Any]]:
    return vaults.vault(
        found.id,
        machines=found.machines,
        location=found.location,
        health=found.health,
        by_container=found.by_container,
        troubles=found.troubles,
    )


def _readiness(found: Readiness) -> Message:
    if found.plan:
        drawn = readiness.of_plan(found.plan, found.machines, found.around, _now())
    elif found.one:
        drawn = readiness.of_machine(found.machines[0], found.around, _now())
    else:
        drawn = readiness.of_all(found.machines, found.around, found.troubles, _now())
    return arranged.with_locks(drawn, found.locks)


def _jobs(found: JobList) -> Message:
    return work.job_list(
        found.jobs,
        _now(),
        subject=found.subject,
        which=found.which,
        page=found.page,
        more=found.more,
        troubles=found.troubles,
    )


def _events(found: EventList) -> Message:
    return work.event_list(
        found.events,
        subject=found.subject,
        severity=found.severity,
        page=found.page,
        more=found.more,
        troubles=found.troubles,
    )


def explained(found: Explanation) -> list[str]:
    """Put what the policy says into lines of plain text."""
    refusals = [one for one in (found.why_not_ask, found.frozen, found.locked) if one]
    return [
        *policy.lines_of(found.rule, found.number, found.why, refusals, glass=found.glass),
        *(
            policy.who_can(one.need, one.people, everyone=one.everyone, more=one.more)
            for one in found.candidates
        ),
        *found.delegated,
    ]


def _explanation(found: Explanation) -> Message:
    return policy.explanation(explained(found), f"Policy: {found.line}", found.policy)


_APART: Final = ("help", "doctor")
"""What does not go by who may look."""


def _now() -> datetime:
    return datetime.now(UTC)


_PICTURES: Final[Mapping[type[Data], Callable[[Any], Message]]] = {
    Overview: _overview,
    Fleet: _fleet,
    MachineStatus: _machine,
    PointList: lambda found: machines.point_list(found.machine, found.points, _now()),
    VaultList: lambda found: vaults.vault_list([_vault(one) for one in found.vaults]),
    PlanList: lambda found: plans.plan_list(found.plans, found.troubles),
    PlanView: lambda found: plans.plan_view(
        found.plan, found.machines, offers=found.offers, trouble=found.trouble
    ),
    Readiness: _readiness,
    JobList: _jobs,
    JobView: lambda found: work.job_view(found.job, _now()),
    EventList: _events,
    Preview: lambda found: preview(
        found.request, found.why_not, found.drafts, already=found.already
    ),
    Explanation: _explanation,
    Nudged: lambda found: reminders.nudged(found.request, found.names, thread=found.thread),
    RequestList: lambda found: answers.request_list(
        found.open, found.recent, found.unreviewed, found.now, far=found.far, lost=found.lost
    ),
    RequestView: lambda found: request_view(
        found.request,
        found.outcomes,
        found.now,
        chosen=found.which,
        page=found.page,
        aim=found.aim,
        declared_at=found.declared_at,
    ),
    Trail: lambda found: answers.trail(
        found.subject,
        found.entries,
        filters=found.filters,
        page=found.page,
        more=found.more,
    ),
    Receipt: lambda found: receipt(
        found.request, found.parts, found.entries, found.checked, found.broken
    ),
    Examined: lambda found: doctor.examined(found.findings),
    LockList: lambda found: arranged.lock_list(found.locks, found.ends, found.strange),
    DelegationList: lambda found: arranged.delegation_list(found.delegations, found.strange),
    NowLocked: lambda found: arranged.now_locked(found.lock, found.waiting),
    NowUnlocked: lambda found: arranged.now_unlocked(found.locks),
    NowDelegated: lambda found: arranged.now_delegated(found.delegation, told=found.told),
    NoLongerDelegated: lambda found: arranged.no_longer_delegated(found.delegation),
    NowDeclared: lambda found: incident_answers.declared(found.incident, already=found.already),
    NowNoted: lambda found: incident_answers.noted(found.incident),
    NowUpdated: lambda found: incident_answers.updated(found.incident, found.meanwhile),
    NowSnoozed: lambda found: incident_answers.snoozed(found.incident),
    NowClosed: lambda found: incident_answers.closed(found.incident),
    StillGoingOn: lambda found: incident_answers.still_going_on(
        found.incident, found.going_on, found.word
    ),
    Timeline: lambda found: incident_answers.timeline(found.incident, found.known, found.entries),
    HelpPage: lambda found: help_page(tuple(VERBS.values()), found.others, whole=found.whole),
    HelpOn: lambda found: help_on(VERBS[found.name], found.others),
    HelpWith: lambda found: help_with(BY_ID[found.code]),
}
