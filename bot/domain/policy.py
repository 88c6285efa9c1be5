"""The policy: who may ask for what, who may approve it, and how many of them are needed.

Rules are tried in order, the first that matches decides; a request that no rule matches is
refused. Nobody is allowed anything that no rule names them for.
"""

import fnmatch
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from bot.domain.data import Data, digest
from bot.domain.operations import CATALOGUE
from bot.errors import Misconfigured, NotNow

EVERYONE: Final = "everyone"
"""In a list of people: every full member of the workspace."""

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LIFETIME: Final = re.compile(r"^(\d+)\s*([smhd])$")
_USER: Final = re.compile(r"^[UW][A-Z0-9]{2,}$")
_GROUP: Final = re.compile(r"^@[a-z0-9][a-z0-9._-]*$")


def _seconds(value: object) -> object:
    if isinstance(value, str) and (found := _LIFETIME.match(value)):
        return int(found.group(1)) * _UNITS[found.group(2)]
    raise ValueError("a duration is a number and a unit, such as '30m' or '2h'")


def _who(value: object) -> object:
    if isinstance(value, str) and (value == EVERYONE or _USER.match(value) or _GROUP.match(value)):
        return value
    raise ValueError("a person is a user id such as 'U012AB3CD', a group is '@' and its handle")


def _operation(value: object) -> object:
    if isinstance(value, str) and (value == "*" or value in CATALOGUE):
        return value
    raise ValueError(f"an operation is '*' or one of {', '.join(CATALOGUE)}")


Lifetime = Annotated[int, BeforeValidator(_seconds), Field(gt=0, le=366 * 86400)]
Who = Annotated[str, BeforeValidator(_who)]
OperationName = Annotated[str, BeforeValidator(_operation)]


class Rule(Data):
    """One rule: what it matches, and what it asks for."""

    name: str = Field(min_length=1)
    operations: tuple[OperationName, ...] = ("*",)
    machines: tuple[str, ...] = ("*",)
    """Patterns of machine names: `vm-web*`. A rule that names plans alone speaks of no machine."""
    plans: tuple[str, ...] = ()
    """Patterns of plan names. A plan that no rule names goes by the rule of its machines."""
    approvals: int = Field(default=2, ge=1, le=100, strict=True)
    may_ask: tuple[Who, ...]
    may_approve: tuple[Who, ...]
    request_lifetime: Lifetime = 3600
    """Seconds until a request that is not approved expires."""
    approval_lifetime: Lifetime = 1800
    """Seconds until an approval that is not carried out expires."""

    @model_validator(mode="before")
    @classmethod
    def _of_plans_alone(cls, said: Any) -> Any:
        """Take `machines` as none when a rule names plans and says nothing of machines."""
        if isinstance(said, dict) and "plans" in said and "machines" not in said:
            return {**said, "machines": ()}
        return said

    def speaks_of(self, operation: str) -> bool:
        """Whether this rule says anything about an operation."""
        return "*" in self.operations or operation in self.operations

    def matches(self, operation: str, machine: str) -> bool:
        """Whether this rule speaks about that operation on that machine."""
        return self.speaks_of(operation) and _like(machine, self.machines)

    def matches_plan(self, operation: str, plan: str) -> bool:
        """Whether this rule names that plan and speaks about that operation."""
        return self.speaks_of(operation) and _like(plan, self.plans)


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


class Policy(Data):
    """The whole policy file."""

    may_look: tuple[Who, ...] = ()
    """Who may see machines, requests and the audit log."""
    rules: tuple[Rule, ...] = Field(alias="rule", min_length=1)
    reprotect: dict[str, ReprotectDefaults] = {}

    @property
    def version(self) -> str:
        """A digest of what the policy says, whatever its layout."""
        return digest(self.model_dump(mode="json"))[:12]

    def reprotect_in(self, place: str) -> ReprotectDefaults:
        """Return what is said about reprotects of machines in a region, or of a site."""
        found = (one for name, one in self.reprotect.items() if name.casefold() == place.casefold())
        return next(found, ReprotectDefaults())

    def rule_for(self, operation: str, machine: str) -> Rule | None:
        """Return the first rule that matches, or None: then nobody may."""
        return next((rule for rule in self.rules if rule.matches(operation, machine)), None)

    def rule_for_all(self, operation: str, machines: Iterable[str]) -> Rule | None:
        """Return the one rule that all these machines fall under.

        Raises `NotNow` when they fall under several: whose approval would count for which?
        """
        fall: dict[str, list[str]] = {}
        rules: dict[str, Rule | None] = {}
        for machine in machines:
            rule = self.rule_for(operation, machine)
            name = f"“{rule.name}”" if rule else "no rule"
            rules[name] = rule
            fall.setdefault(name, []).append(machine)
        if len(rules) > 1:
            said = "; ".join(f"{_some(names)} under {rule}" for rule, names in fall.items())
            raise NotNow(
                f"These machines fall under different rules of the policy: {said}.",
                "Ask for those of each rule by themselves.",
            )
        return next(iter(rules.values()), None)

    def rule_for_plan(self, operation: str, plan: str, machines: Iterable[str]) -> Rule | None:
        """Return the rule for a plan: the first that names it, else the one of its machines."""
        named = (rule for rule in self.rules if rule.matches_plan(operation, plan))
        return next(named, None) or self.rule_for_all(operation, machines)


def _like(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name.casefold(), one.casefold()) for one in patterns)


def _some(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def includes(who: tuple[str, ...], user: str, groups: Mapping[str, frozenset[str]]) -> bool:
    """Whether a list of people includes this user; an unknown or empty group includes nobody.

    `groups` maps a handle with its '@' to the user ids in it.
    """
    return any(one in {EVERYONE, user} or user in groups.get(one, frozenset()) for one in who)


def handles(*lists: tuple[str, ...]) -> frozenset[str]:
    """Return the group handles that some lists of people name."""
    return frozenset(one for who in lists for one in who if one.startswith("@"))


def load(path: Path) -> Policy:
    """Read a policy file; raises `Misconfigured` naming the file, the key and what is wrong."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Misconfigured(f"The policy file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"The policy file {path} is not valid TOML: {error}.") from error
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        said = first["msg"].removeprefix("Value error, ")
        raise Misconfigured(f"The policy file {path} is wrong at {key}: {said}.") from error
