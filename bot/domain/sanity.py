"""Whether a policy is sane: all can be approved, nobody does it alone, no rule is idle.

What is checked, rule by rule; a rule that lets nobody ask forbids, and is not asked for approvers:

- somebody can approve: no list of its needs is empty, nor holds empty groups alone where the
  members are known;
- there is one to spare: whoever of the approvers asks, is asleep or has left, the others are still
  enough. Of groups whose members are not known, and of everyone, there are always enough;
- nobody does it alone: where one approval is enough, it is neither everyone who may approve, nor a
  person who is named both among those who may ask and those who may approve. The bot never counts
  whoever asked; what is looked for is the second account of one human. Where the directory has
  everybody of both lists, or has to, there is no such account that the bot would not know;
- people are humans, as far as the directory knows: two accounts of one human are one approver, and
  where everybody has to be in it, who is not is none;
- it can match: there is something that it matches and that no rule before it matches whole;
- whom it has reminded or told later is told while the request still waits, and there is somebody;
- its break-glass is one: it takes fewer approvals, all that is looked for in people holds for it as
  well, and whoever asks and approves, there are enough others to review it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.data import Data
from bot.domain.lifetimes import span
from bot.domain.lists import EVERYONE
from bot.domain.operations import CATALOGUE
from bot.domain.policy import Policy
from bot.domain.quorum import Need, fill, still_open
from bot.domain.rules import Kind, Rule, like

Members = Mapping[str, frozenset[str]]
"""Who is in some groups, by handle; a group that is not there is not known."""


class Finding(Data):
    """Something about a rule that is not sane."""

    rule: str
    sentence: str

    def __str__(self) -> str:
        """`rule “default”: nobody can approve: may_approve is empty.`."""
        return f"rule “{self.rule}”: {self.sentence}"


def findings(
    policy: Policy, members: Members | None = None, accounts: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Return everything that is not sane about a policy, in the order of its rules.

    `members` and `accounts` are what Slack says: who is in the groups, and whose the addresses of
    the directory are.
    """
    directory = policy.directory
    known = _Known(
        members={} if members is None else members,
        owners=directory.owners(accounts),
        required=directory.required,
        complete=not directory.addresses or accounts is not None,
    )
    return tuple(
        Finding(rule=rule.name, sentence=sentence)
        for at, rule in enumerate(policy.rules)
        for sentence in (
            *_of_people(rule, known),
            *_of_second_accounts(rule, known),
            *_of_reminders(rule, known),
            *_of_glass(rule, known),
            *_of_reach(rule, policy.rules[:at]),
        )
    )


@dataclass(frozen=True)
class _Known:
    """What is known of people beside the rules."""

    members: Members
    owners: Mapping[str, str]
    """The human of each account."""
    required: bool
    """Whether an account without an owner is nobody."""
    complete: bool
    """Whether the owners of all accounts that have one are known."""

    def people(self, who: Iterable[str]) -> frozenset[str] | None:
        """Return the accounts of a list of people, None when nobody can tell."""
        closed = self.required and self.complete
        found: set[str] = set()
        for one in who:
            if one == EVERYONE and closed:
                found |= self.owners.keys()
            elif one == EVERYONE or (one.startswith("@") and one not in self.members):
                return None
            found |= self.members.get(one, frozenset({one}))
        return frozenset(found & self.owners.keys() if closed else found)

    def humans(self, accounts: Iterable[str]) -> frozenset[str]:
        """Return whose some accounts are; an account that nobody is known to own is a human."""
        return frozenset(self.owners.get(one, one) for one in accounts)


def _of_people(rule: Rule, known: _Known) -> Iterable[str]:
    if not rule.may_ask:
        return
    if nobody := [need for need in rule.quorum if known.people(need.of) == frozenset()]:
        said = " and ".join(", ".join(need.of) or "an empty list" for need in nobody)
        yield f"nobody can approve: {said} is nobody."
    elif short := _without_spare(rule.quorum, known):
        yield short


def _of_second_accounts(rule: Rule, known: _Known) -> Iterable[str]:
    """Say who could ask by one account and approve by another that the directory does not know."""
    if rule.approvals > 1 or not rule.may_ask or known.required:
        return
    people = known.people(rule.may_ask + rule.may_approve)
    if people is not None and people <= known.owners.keys():
        return
    if EVERYONE in rule.may_approve:
        yield "one approval by everyone: whoever has a second account could do it alone."
    elif twice := [one for one in rule.may_approve if one in rule.may_ask and one[:1] != "@"]:
        yield (
            f"one approval, and {', '.join(twice)} may both ask and approve: with a second account "
            "in either list they could do it alone."
        )


def _of_glass(rule: Rule, known: _Known) -> Iterable[str]:
    glass = rule.break_glass
    if glass is None:
        return
    broken = rule.broken
    if not broken.may_ask:
        yield "break-glass: may_ask is empty, so nobody can break it; leave the table out."
        return
    if rule.may_ask and glass.approvals >= rule.approvals:
        yield (
            f"break-glass: {glass.approvals} approvals are not fewer than the {rule.approvals} of "
            "the rule."
        )
    for sentence in (*_of_people(broken, known), *_of_second_accounts(broken, known)):
        yield f"break-glass: {sentence}"
    accounts = known.people(glass.may_review)
    if accounts is None:
        return
    reviewers = known.humans(accounts)
    gone = _had_a_part(reviewers, broken, known)
    if len(reviewers) - gone < glass.reviews:
        many = ", ".join(glass.may_review) or "an empty list"
        yield (
            f"break-glass: not enough people can review it: {many} is {len(reviewers)}, of whom "
            f"{gone} may have asked or approved, and {glass.reviews} are needed."
        )


def _had_a_part(reviewers: frozenset[str], broken: Rule, known: _Known) -> int:
    """Return how many of the reviewers can be lost to one request: its asker, its approvers."""
    askers = _among(reviewers, broken.may_ask, known)
    approvers = _among(reviewers, broken.may_approve, known)
    return min(len(approvers) + bool(askers - approvers), broken.approvals + bool(askers))


def _among(some: frozenset[str], who: Iterable[str], known: _Known) -> frozenset[str]:
    """Return those of some humans who are in a list, as far as that is known."""
    listed = [one for word in who for one in known.members.get(word, frozenset({word}))]
    return some if EVERYONE in listed else some & known.humans(listed)


def _without_spare(needs: Sequence[Need], known: _Known) -> str:
    """Say who is indispensable among the humans that are known; '' when nobody is."""
    listed = [(need, accounts) for need in needs if (accounts := known.people(need.of)) is not None]
    counted = [need for need, _ in listed]
    humans: dict[str, list[str]] = {}
    for account in sorted(frozenset[str]().union(*(accounts for _, accounts in listed))):
        humans.setdefault(known.owners.get(account, account), []).append(account)
    could = {
        human: tuple(at for at, (_, accounts) in enumerate(listed) if accounts.intersection(own))
        for human, own in humans.items()
    }
    for missing in ["", *humans]:
        rest = {human: places for human, places in could.items() if human != missing}
        if open_needs := still_open(counted, fill(counted, rest)):
            words = " and ".join(need.words for need in open_needs)
            if not missing:
                return f"not enough people can approve: {words} cannot be found{_merged(humans)}."
            return (
                f"there are no more approvers than needed: without {', '.join(humans[missing])}, "
                f"who may be asking or asleep, {words} is missing."
            )
    return ""


def _merged(humans: Mapping[str, Sequence[str]]) -> str:
    """Say which accounts count as one human."""
    said = [" and ".join(own) for own in humans.values() if len(own) > 1]
    return f"; {', '.join(said)} are one human" if said else ""


def _of_reminders(rule: Rule, known: _Known) -> Iterable[str]:
    if not rule.may_ask:
        return
    lifetime = span(rule.request_lifetime)
    if rule.remind_after >= rule.request_lifetime:
        yield (
            f"nobody is ever reminded: remind_after is {span(rule.remind_after)}, and a "
            f"request expires after {lifetime}."
        )
    if rule.escalate_after and not rule.escalate_to:
        yield "escalate_after without escalate_to: there is nobody to tell."
    elif rule.escalate_to and not rule.escalate_after:
        yield "escalate_to without escalate_after: they are never told."
    elif rule.escalate_after >= rule.request_lifetime:
        yield (
            f"it never escalates: escalate_after is {span(rule.escalate_after)}, and a "
            f"request expires after {lifetime}."
        )
    elif rule.escalate_to and known.people(rule.escalate_to) == frozenset():
        yield f"nobody is told when it escalates: {', '.join(rule.escalate_to)} is nobody."


def _of_reach(rule: Rule, before: Sequence[Rule]) -> Iterable[str]:
    ways = list(_ways(rule))
    if not ways:
        operations = ", ".join(rule.operations)
        yield f"it can never match: {operations} is never done to a {' or a '.join(rule.kinds)}."
    elif all(any(_covers(one, rule, *way) for one in before) for way in ways):
        names = [one.name for one in before if any(_covers(one, rule, *way) for way in ways)]
        said = ", ".join(f"“{name}”" for name in names)
        yield f"it can never match: all that it matches is matched before, by {said}."


def _ways(rule: Rule) -> Iterable[tuple[str, Kind, str, bool]]:
    """Every operation, kind and pattern that a rule matches; the last is whether it is of plans."""
    for name, operation in CATALOGUE.items():
        if not rule.speaks_of(name):
            continue
        for kind in rule.kinds:
            if (kind == "job") is not (operation.about == "job"):
                continue
            yield from ((name, kind, pattern, False) for pattern in rule.machines)
            if kind != "machine":
                yield from ((name, kind, pattern, True) for pattern in rule.plans)


def _covers(one: Rule, rule: Rule, operation: str, kind: Kind, pattern: str, plans: bool) -> bool:
    """Whether a rule matches all that another one does, of one operation, kind and pattern."""
    return (
        one.speaks_of(operation)
        and kind in one.kinds
        and _within([pattern], one.plans if plans else one.machines)
        and all(
            _within(narrow, wide)
            for narrow, wide in (
                (rule.vaults, one.vaults),
                (rule.regions, one.regions),
                (rule.tags, one.tags),
                (rule.providers, one.providers),
            )
            if wide
        )
    )


def _within(narrow: Iterable[str], wide: Sequence[str]) -> bool:
    """Whether everything like the narrow patterns is like one of the wide ones.

    A pattern with nothing but stars takes whatever it takes literally: `vm-*` takes `vm-web?`.
    """
    some = list(narrow)
    plain = [one for one in wide if not set(one) & set("?[")]
    return bool(some) and all(
        like(one, plain) or one.casefold() in {other.casefold() for other in wide} for one in some
    )
