"""What is aimed at, and what is checked: tables of the policy that match as rules do."""

from collections.abc import Iterable
from typing import Any

from pydantic import ConfigDict, model_validator

from bot.domain.data import Data
from bot.domain.lifetimes import Lifetime
from bot.domain.machines import Machine, segment
from bot.domain.plans import Plan
from bot.domain.request import Request
from bot.domain.rules import Pattern, Provider, Subject, like, of_plans_alone, suits


class Reach(Data):
    """What a table of the policy is about, in the words of a rule."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    machines: tuple[str, ...] = ("*",)
    """Patterns of machine names; one that names plans alone speaks of no machine."""
    plans: tuple[str, ...] = ()
    """Patterns of plan names."""
    vaults: tuple[Pattern, ...] = ()
    """Patterns of vault names; like all that follow, none means any."""
    regions: tuple[Pattern, ...] = ()
    """Where the machine ran when it was asked for."""
    tags: tuple[Pattern, ...] = ()
    """A tag of the machine, one of them."""
    providers: tuple[Provider, ...] = ()
    """What replicates it, in Azure's word."""

    @model_validator(mode="before")
    @classmethod
    def _of_plans_alone(cls, said: Any) -> Any:
        """Take `machines` as none when it names plans and says nothing of machines."""
        return of_plans_alone(said)

    def reaches(self, subject: Subject) -> bool:
        """Whether it is about this; by a tag, say, never about what is not known."""
        by_name = like(subject.name, self.machines) or like(subject.plan, self.plans)
        in_vault = not self.vaults or like(segment(subject.vault, "vaults"), self.vaults)
        narrow = self.regions or self.tags or self.providers
        fits = not narrow or bool(subject.machine and suits(self, subject.machine))
        return by_name and in_vault and fits


class Objective(Reach):
    """How soon a machine is to be back, and how much data it may lose: an `[[objective]]`."""

    rto: Lifetime | None = None
    """How long it may take from the declaration, or from asking, until it works, such as `60m`."""
    rpo: Lifetime | None = None
    """How much data may be lost, such as `15m`."""

    @model_validator(mode="after")
    def _says_something(self) -> "Objective":
        if self.rto is None and self.rpo is None:
            raise ValueError("an objective says rto, rpo or both, such as rto = '60m'")
        return self


class Aim(Data):
    """What is aimed at, in seconds; None for what nobody said."""

    rto: int | None = None
    rpo: int | None = None


def subjects_of(request: Request) -> tuple[Subject, ...]:
    """Return what a request is about, machine by machine, as far as a table can match it."""
    match request.target:
        case Machine() as machine:
            return (_subject(machine),)
        case Plan() as plan:
            machines = request.ground.machines
            named = Subject(kind="plan", name="", plan=plan.name, vault=plan.vault)
            return tuple(_subject(one, plan.name) for one in machines) or (named,)
    members = request.fleet.members if request.fleet else ()
    return tuple(Subject(kind="machine", name=one.name, vault=one.vault) for one in members)


def objective_of(objectives: Iterable[Objective], request: Request) -> Aim | None:
    """Return what is aimed at: the first that matches; of several machines, the strictest."""
    listed = list(objectives)
    found = [
        one
        for subject in subjects_of(request)
        if (one := next((aim for aim in listed if aim.reaches(subject)), None))
    ]
    if not found:
        return None
    return Aim(rto=_least(one.rto for one in found), rpo=_least(one.rpo for one in found))


def _subject(machine: Machine, plan: str = "") -> Subject:
    kind = "plan" if plan else "machine"
    return Subject.model_validate(
        {"kind": kind, "name": machine.name, "plan": plan, "vault": machine.vault}
    ).model_copy(update={"machine": machine})


def _least(some: Iterable[int | None]) -> int | None:
    return min((one for one in some if one is not None), default=None)
