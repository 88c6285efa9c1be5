"""A rule of the policy: what it matches, and what it asks for."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final, Literal, Protocol, get_args

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from bot.domain import matching
from bot.domain.break_glass import BreakGlass
from bot.domain.data import Data
from bot.domain.grammar import LONGEST_REASON
from bot.domain.lifetimes import Lifetime
from bot.domain.lists import Told, Who
from bot.domain.machines import (
    A2A,
    CLASSIC,
    CLASSIC_BACK,
    HYPER_V,
    RCM,
    RCM_BACK,
    Machine,
    segment,
)
from bot.domain.nearest import meant
from bot.domain.operations import CATALOGUE
from bot.domain.quorum import Need, in_total

PROVIDERS: Final = (A2A, HYPER_V, RCM, RCM_BACK, CLASSIC, CLASSIC_BACK)

Kind = Literal["machine", "plan", "job"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


def _operation(value: object) -> object:
    if isinstance(value, str) and (value == "*" or value in CATALOGUE):
        return value
    raise ValueError(f"an operation is '*' or a name; {meant(str(value), CATALOGUE)}")


def _kind(value: object) -> object:
    if isinstance(value, str) and value in KINDS:
        return value
    raise ValueError(f"what an operation is done to is one of {', '.join(KINDS)}")


def _provider(value: object) -> object:
    known = {one.casefold(): one for one in PROVIDERS}
    if isinstance(value, str) and value.casefold() in known:
        return known[value.casefold()]
    raise ValueError(f"a provider is Azure's name of one; {meant(str(value), PROVIDERS)}")


OperationName = Annotated[str, BeforeValidator(_operation)]
KindName = Annotated[Kind, BeforeValidator(_kind)]
Provider = Annotated[str, BeforeValidator(_provider)]
Pattern = Annotated[str, Field(min_length=1)]


class Subject(Data):
    """What is asked for, as far as a rule can match it."""

    kind: Kind
    name: str
    """The name of the machine, or of what a job works on."""
    plan: str = ""
    """The name of the plan that it belongs to, when the plan is asked for."""
    vault: str
    machine: Machine | None = None
    """None when it is not known, as for some jobs."""


class Rule(Data):
    """One rule: what it matches, and what it asks for."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str = Field(min_length=1)
    """What people call it; it stands on cards and in the audit log."""
    operations: tuple[OperationName, ...] = ("*",)
    """The operations, by the words of the commands; `*` for all."""
    kinds: tuple[KindName, ...] = KINDS
    """What the operation is done to: `machine` (one or several), `plan`, `job`."""
    machines: tuple[str, ...] = ("*",)
    """Patterns of machine names: `vm-web*`. A rule that names plans alone speaks of no machine."""
    plans: tuple[str, ...] = ()
    """Patterns of plan names. A plan that no rule names goes by the rule of its machines."""
    vaults: tuple[Pattern, ...] = ()
    """Patterns of vault names; like all that follow, none means any."""
    regions: tuple[Pattern, ...] = ()
    """Where the machine runs now: `westeurope`, `West Europe`, or the name of a site."""
    tags: tuple[Pattern, ...] = ()
    """A tag of the machine, one of them: `app=shop`, `tier=*`, or `tier` for any value."""
    providers: tuple[Provider, ...] = ()
    """What replicates it, in Azure's word: `A2A`, `HyperVReplicaAzure`, `InMageRcm`, …"""
    approvals: int = Field(default=2, ge=1, le=100, strict=True)
    """How many people have to approve; the one who asks is never one of them."""
    may_ask: tuple[Who, ...]
    """Who may ask: user ids, user groups (`@handle`) or `everyone`."""
    may_approve: tuple[Who, ...]
    """Who may approve and deny, named in the same way."""
    needs: tuple[Need, ...] = ()
    """Instead of `approvals` and `may_approve`: several lists, each with how many of it are needed.
    They are different people: who is in two of the lists fills one need."""
    request_lifetime: Lifetime = 3600
    """How long a request waits for approvals, such as `30m`, before it expires."""
    approval_lifetime: Lifetime = 1800
    """How long an approval waits to be carried out before it is void."""
    rpo_may_grow: Lifetime | None = None
    """By how much more the RPO may be when it is sent than the card showed, such as `15m`. Beyond
    that nothing is sent, and people are asked again."""
    health_may_worsen: Annotated[bool, Field(strict=True)] = True
    """`false` asks again when the replication health is worse by then than the card showed."""
    may_delegate: Annotated[bool, Field(strict=True)] = True
    """Whether approvers may let somebody else vote in their place, with `/dr delegate`."""
    reason: Literal["optional", "required"] = "optional"
    """`required` wants a reason for every command; a failover wants one anyhow."""
    reason_at_least: int = Field(default=0, ge=0, le=LONGEST_REASON, strict=True)
    """So many characters the reason has to have."""
    confirm: Literal["", "name"] = ""
    """`name` lets *Approve* open a form into which the name of the target has to be typed; of a
    plan or several machines, how many they are will do."""
    channel: str = Field(default="", pattern=r"^(#[^\s#]+|[CG][A-Z0-9]{2,})?$")
    """The channel that gets the card, `#name` or an id, wherever it was asked for."""
    tell: tuple[Told, ...] = ()
    """Who is told in the thread of the card when it is asked."""
    remind_after: Lifetime = 0
    """When those who can still approve are reminded of a request that waits, such as `10m`. The
    pause doubles each time, until the request is decided or expires."""
    escalate_after: Lifetime = 0
    """When those of `escalate_to` are told that it still waits, once."""
    escalate_to: tuple[Told, ...] = ()
    """Who is told then. That gives nobody the right to approve: `may_approve` alone does."""
    break_glass: BreakGlass | None = None
    """What holds when somebody breaks the glass, a `[rule.break_glass]`; left out, nobody can."""

    @model_validator(mode="before")
    @classmethod
    def _of_plans_alone(cls, said: Any) -> Any:
        """Take `machines` as none when a rule names plans and says nothing of machines."""
        return of_plans_alone(said)

    @model_validator(mode="before")
    @classmethod
    def _of_several_needs(cls, said: Any) -> Any:
        """Take `approvals` and `may_approve` from the needs, when a rule says these instead."""
        if not isinstance(said, dict) or "needs" not in said:
            return said
        if "approvals" in said or "may_approve" in said:
            raise ValueError("say either needs, or approvals and may_approve")
        if said["needs"] == []:
            raise ValueError("needs is empty; name at least one list of people in it")
        return said | in_total(said["needs"])

    @property
    def quorum(self) -> tuple[Need, ...]:
        """What is needed, as needs."""
        return self.needs or (Need(count=self.approvals, of=self.may_approve),)

    @property
    def lists(self) -> tuple[tuple[str, ...], ...]:
        """Every list of people whose word counts under it."""
        glass = self.break_glass
        broken = [self.broken.may_ask, self.broken.may_approve, glass.may_review] if glass else []
        return (self.may_ask, self.may_approve, *broken)

    @property
    def broken(self) -> "Rule":
        """The rule as it is when its glass is broken; raises `ValueError` when it has none."""
        glass = self.break_glass
        if glass is None:
            raise ValueError(f"the rule {self.name} has no glass to break")
        return self.model_copy(
            update={
                "approvals": glass.approvals,
                "may_ask": self.may_ask if glass.may_ask is None else glass.may_ask,
                "may_approve": self.may_approve if glass.may_approve is None else glass.may_approve,
                "needs": (),
                "reason": "required",
            }
        )

    @property
    def by_machine(self) -> bool:
        """Whether it takes a machine, beyond its name, to say whether the rule matches."""
        return bool(self.regions or self.tags or self.providers)

    @property
    def takes_all(self) -> bool:
        """Whether no rule behind it decides about a machine, a job, or a plan by its machines."""
        narrow = self.by_machine or self.vaults or set(self.kinds) != set(KINDS)
        return "*" in self.machines and not narrow

    def speaks_of(self, operation: str) -> bool:
        """Whether this rule says anything about an operation."""
        return "*" in self.operations or operation in self.operations

    def matches(self, operation: str, subject: Subject, *, by_plan: bool) -> bool | None:
        """Whether this rule decides; None when that cannot be told without the machine.

        `by_plan` compares the name of the plan, else that of the machine is compared.
        """
        name, patterns = (subject.plan, self.plans) if by_plan else (subject.name, self.machines)
        if not (
            self.speaks_of(operation)
            and subject.kind in self.kinds
            and like(name, patterns)
            and (not self.vaults or like(segment(subject.vault, "vaults"), self.vaults))
        ):
            return False
        if not self.by_machine:
            return True
        return suits(self, subject.machine) if subject.machine else None

    def why(self, operation: str, subject: Subject) -> tuple[str, ...]:
        """Say what of it matches, one line each."""
        said = [f"operation {operation}: {', '.join(self.operations)}"]
        if self.kinds != KINDS:
            said.append(f"done to a {subject.kind}: {', '.join(self.kinds)}")
        if subject.plan and like(subject.plan, self.plans):
            said.append(f"plan {subject.plan}: {', '.join(self.plans)}")
        else:
            said.append(f"machine {subject.name}: {', '.join(self.machines)}")
        if self.vaults:
            said.append(f"vault {segment(subject.vault, 'vaults')}: {', '.join(self.vaults)}")
        if machine := subject.machine:
            tags = ", ".join(f"{name}={value}" for name, value in machine.tags.items())
            said += [
                f"{what} {value}: {', '.join(patterns)}"
                for what, value, patterns in (
                    ("region", machine.here, self.regions),
                    ("tags", tags, self.tags),
                    ("provider", machine.provider, self.providers),
                )
                if patterns
            ]
        return tuple(said)


class Narrowed(Protocol):
    """What narrows machines down beyond their names; where it names nothing, any will do."""

    @property
    def regions(self) -> tuple[str, ...]: ...

    @property
    def tags(self) -> tuple[str, ...]: ...

    @property
    def providers(self) -> tuple[str, ...]: ...


def suits(one: Narrowed, machine: Machine) -> bool:
    """Whether a machine runs where, is tagged as and is replicated by what is named."""
    return all(
        any(matching.matches(f"{prefix}:{value}", machine) for value in values)
        for prefix, values in (
            ("region", one.regions),
            ("tag", one.tags),
            ("provider", one.providers),
        )
        if values
    )


def of_plans_alone(said: Any) -> Any:
    """Take `machines` as none where a table names plans and says nothing of machines."""
    if isinstance(said, dict) and "plans" in said and "machines" not in said:
        return {**said, "machines": ()}
    return said


def like(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is like one of some patterns, whatever the casing."""
    return any(fnmatchcase(name.casefold(), one.casefold()) for one in patterns)
