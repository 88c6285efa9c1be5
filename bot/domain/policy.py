"""The policy: who may ask for what, who may approve it, and how many of them are needed.

Rules are tried in order, the first that matches decides; a request that no rule matches is
refused. Nobody is allowed anything that no rule names them for.
"""

import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator

from bot.domain.checks import Check
from bot.domain.data import Data, digest
from bot.domain.directory import Directory
from bot.domain.freezes import Freeze
from bot.domain.incident_terms import IncidentTerms
from bot.domain.lifetimes import Lifetime
from bot.domain.lists import EVERYONE, Who, handles, includes
from bot.domain.mistakes import Mistake, mistakes
from bot.domain.objectives import Objective
from bot.domain.reason_terms import ReasonTerms
from bot.domain.rules import Rule, Subject
from bot.domain.windows import Committing
from bot.errors import Misconfigured, NotNow
from bot.refusals import Pol

__all__ = [
    "EVERYONE",
    "Delegating",
    "Locking",
    "Policy",
    "ReprotectDefaults",
    "Rule",
    "Subject",
    "handles",
    "includes",
]


class ReprotectDefaults(Data):
    """What a reprotect needs and cannot always learn from the vault, per region or site."""

    cache_storage_account: str = ""
    log_storage_account: str = ""
    storage_account: str = ""
    agent: str = ""
    datastore: str = ""
    process_server: str = ""
    master_target: str = ""
    retention_drive: str = ""
    run_as: str = ""
    policy: str = ""

    def says(self, option: str) -> str:
        """Return what is to be taken for an option; '' when nothing is or can be said."""
        field = {
            "cache": "cache_storage_account",
            "log-storage": "log_storage_account",
            "storage": "storage_account",
        }.get(option, option.replace("-", "_"))
        return str(getattr(self, field, ""))


class Locking(Data):
    """Who may lock machines and plans, and who may pass."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    may_lock: tuple[Who, ...] | None = None
    """Who may lock; whoever a rule lets ask for anything, when it is left out."""
    override: tuple[Who, ...] = ()
    """Who may ask all the same, with `--override-lock yes`, and end the locks of others."""


class Delegating(Data):
    """Whether approvers may let somebody vote in their place."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    allowed: bool = True
    """Whether there are delegations at all."""
    longest: Annotated[Lifetime, Field(le=30 * 86400)] = 86400
    """How long one may hold at most, such as `12h`; `30d` is the most that can be said."""


class Policy(Data):
    """The whole policy file."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    may_look: tuple[Who, ...] = ()
    """Who may see machines, requests and the audit log; nobody when it is left out."""
    may_diagnose: tuple[Who, ...] = ()
    """Who may have the bot itself looked over with `/dr doctor`; nobody when it is left out."""
    rules: tuple[Rule, ...] = Field(alias="rule", min_length=1)
    """The rules, each a `[[rule]]`; at least one."""
    freezes: tuple[Freeze, ...] = Field(default=(), alias="freeze")
    """Times in which some operations may not be asked for, each a `[[freeze]]`."""
    locks: Locking = Locking()
    """Who may lock machines and plans, a `[locks]`."""
    objectives: tuple[Objective, ...] = Field(default=(), alias="objective")
    """What is aimed at, each an `[[objective]]`; the first that matches a machine counts."""
    delegation: Delegating = Delegating()
    """Whether approvers may let others vote in their place, a `[delegation]`."""
    incident: IncidentTerms = IncidentTerms()
    """Who may declare incidents, and what their channels are like, an `[incident]`."""
    checks: tuple[Check, ...] = Field(default=(), alias="check")
    """What is tried after a failover, each a `[[check]]`; all that match a machine are."""
    commit: Committing = Committing()
    """What happens while a failover is not committed, a `[commit]`."""
    reasons: ReasonTerms = ReasonTerms()
    """What is offered to whoever has to say why, a `[reasons]`."""
    reprotect: dict[str, ReprotectDefaults] = {}
    """What reprotects need that cannot be learnt, each a `[reprotect.<region or site>]`."""
    directory: Directory = Directory()
    """Which accounts are which human, a `[directory]`."""

    @model_validator(mode="after")
    def _told_apart(self) -> "Policy":
        """Whoever may override one freeze may not override another one by its name."""
        names = [one.name for one in self.freezes]
        if twins := {one for one in names if names.count(one) > 1}:
            raise ValueError(f"two freezes are called {', '.join(sorted(twins))}")
        checks = [one.name for one in self.checks]
        if twins := {one for one in checks if checks.count(one) > 1}:
            raise ValueError(f"two checks are called {', '.join(sorted(twins))}")
        return self

    @cached_property  # each vote asks
    def version(self) -> str:
        """A digest of what the policy says, whatever its layout."""
        return digest(self.model_dump(mode="json"))[:12]

    def __copy__(self) -> Self:
        """Forget the version: a copy may say something else."""
        copied = super().__copy__()
        copied.__dict__.pop("version", None)
        return copied

    def who_may_ask(self, operation: str, *, glass: bool = False) -> tuple[Who, ...]:
        """Return everybody whom some rule lets ask for an operation, whatever it is done to.

        With `glass`, those who may break it.
        """
        found: dict[Who, None] = {}
        decided = False  # whatever is not asked of a plan by its name
        for rule in self.rules:
            if rule.speaks_of(operation) and (rule.plans or not decided):
                if not glass:
                    found |= dict.fromkeys(rule.may_ask)
                elif rule.break_glass:
                    found |= dict.fromkeys(rule.broken.may_ask)
                decided = decided or rule.takes_all
        return tuple(found)

    @property
    def may_lock(self) -> tuple[str, ...]:
        """Who may lock: those that are named, or whoever may ask for anything."""
        if self.locks.may_lock is not None:
            return self.locks.may_lock
        return self.askers

    @property
    def askers(self) -> tuple[str, ...]:
        """Whoever may ask for anything without breaking the glass."""
        return tuple(dict.fromkeys(who for rule in self.rules for who in rule.may_ask))

    @property
    def may_declare(self) -> tuple[str, ...]:
        """Who may declare incidents: those that are named, or whoever may ask for anything."""
        named = self.incident.may_declare
        return self.askers if named is None else named

    @property
    def may_close(self) -> tuple[str, ...]:
        """Who may close incidents: those that are named, or who may declare them."""
        named = self.incident.may_close
        return self.may_declare if named is None else named

    @property
    def invited(self) -> tuple[str, ...]:
        """Who is invited to the channel of an incident."""
        named = self.incident.invite
        return tuple(one for one in self.parties if one != EVERYONE) if named is None else named

    @property
    def approvers(self) -> tuple[str, ...]:
        """Whoever may approve anything that may be delegated, of a broken glass, too."""
        if not self.delegation.allowed:
            return ()
        rules = [rule for rule in self.rules if rule.may_delegate]
        glass = [rule.broken for rule in rules if rule.break_glass]
        return tuple(dict.fromkeys(who for rule in [*rules, *glass] for who in rule.may_approve))

    @property
    def parties(self) -> tuple[str, ...]:
        """Whoever may ask for or approve anything."""
        glass = [rule.broken for rule in self.rules if rule.break_glass]
        rules = [*self.rules, *glass]
        lists = [*(rule.may_ask for rule in rules), *(rule.may_approve for rule in rules)]
        return tuple(dict.fromkeys(who for some in lists for who in some))

    def reprotect_in(self, place: str) -> ReprotectDefaults:
        """Return what is said about reprotects of machines in a region, or of a site."""
        found = (one for name, one in self.reprotect.items() if name.casefold() == place.casefold())
        return next(found, ReprotectDefaults())

    def rule_for(self, operation: str, subject: Subject) -> Rule | None:
        """Return the first rule that matches, or None: then nobody may.

        Rules that name the plan come before those of its machines. Raises `NotNow` when it cannot
        be told whether a rule matches.
        """
        for by_plan in (True, False):
            for rule in self.rules:
                matches = rule.matches(operation, subject, by_plan=by_plan)
                if matches:
                    return rule
                if matches is None:
                    raise NotNow(
                        Pol.MACHINE_NOT_KNOWN,
                        f"The rule “{rule.name}” of the policy goes by where a machine runs, what "
                        f"replicates it or its tags, and the machine {subject.name} is not known.",
                    )
        return None

    def rule_for_all(self, operation: str, subjects: Iterable[Subject]) -> Rule | None:
        """Return the one rule that all of them fall under.

        Raises `NotNow` when they fall under several: whose approval would count for which?
        """
        fall: dict[str, list[str]] = {}
        rules: dict[str, Rule | None] = {}
        for subject in subjects:
            rule = self.rule_for(operation, subject)
            name = f"“{rule.name}”" if rule else "no rule"
            rules[name] = rule
            fall.setdefault(name, []).append(subject.name)
        if len(rules) > 1:
            said = "; ".join(f"{_some(names)} under {rule}" for rule, names in fall.items())
            raise NotNow(
                Pol.SEVERAL_RULES,
                f"These machines fall under different rules of the policy: {said}.",
                "Ask for those of each rule by themselves.",
            )
        return next(iter(rules.values()), None)


def _some(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def load(path: Path) -> Policy:
    """Read a policy file; raises `Misconfigured` naming the file, the key and what is wrong."""
    policy, wrong = read(path)
    if policy is not None:
        return policy
    more = f" And {len(wrong) - 1} more: dr policy check lists them." if len(wrong) > 1 else ""
    raise Misconfigured(f"The policy file {path} is wrong {wrong[0]}{more}")


def read(path: Path) -> tuple[Policy | None, tuple[Mistake, ...]]:
    """Read a policy file, or return everything that is wrong with it.

    Raises `Misconfigured` when it is no TOML file at all.
    """
    try:
        text = path.read_text("utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise Misconfigured(f"The policy file {path} cannot be read: {error.strerror}.") from error
    except RecursionError as error:
        raise Misconfigured(f"The policy file {path} is nested too deeply.") from error
    except ValueError as error:  # of TOML, of its encoding, or of a number with thousands of digits
        raise Misconfigured(f"The policy file {path} is not valid TOML: {error}.") from error
    try:
        return Policy.model_validate(content), ()
    except ValidationError as error:
        return None, mistakes(text, error, Policy)
