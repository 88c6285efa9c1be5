"""What a click means: pure decisions about votes, each with its reason.

The same functions decide when somebody presses a button and again before anything is sent.
"""

from collections.abc import Collection, Mapping
from typing import Final

from bot.domain.data import Data
from bot.domain.people import Person, why_in_doubt, why_nobody
from bot.domain.policy import includes
from bot.domain.quorum import Need, counted, fill, serves, still_open
from bot.domain.request import Request, State, Step, Vote, nod_key, take
from bot.errors import NotAllowed
from bot.refusals import Appr, Ask

NOD_AGAIN: Final = 120
"""Seconds after which a job that still waits can be let go on once more."""

Groups = Mapping[str, frozenset[str]]


class Standing(Data):
    """What we know of somebody who presses: who they are and which groups hold whom."""

    person: Person
    home_teams: frozenset[str]
    groups: dict[str, frozenset[str]]


def why_not_approve(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why an approval by this person would not count, or return None."""
    asked_as = _as(request.asker, standing)
    own = f"You asked for this yourself{asked_as}; somebody else has to approve it."
    if reason := _no_say(request, standing, "approve", own) or why_in_doubt(standing.person):
        return reason
    for vote in request.approvals:
        if vote.person.is_same(standing.person):
            account = _as(vote.person, standing)
            return NotAllowed(
                Appr.TWICE, f"You have approved this already{account}; every person counts once."
            )
    if not would_fill(request, standing.person.id, standing.groups):
        needs = request.terms.quorum
        missing = " and ".join(need.words for need in still_open(needs, request.filled))
        return NotAllowed(
            Appr.FILLS_NOTHING,
            f"What it still needs is {missing}; your approval would fill none of that.",
        )
    return None


def would_fill(request: Request, user: str, groups: Groups) -> bool:
    """Whether an approval of this user would fill something of what is still needed."""
    needs = request.terms.quorum
    votes = {vote.person.id: vote.serves for vote in request.approvals}
    with_them = fill(needs, votes | {user: serves(needs, user, groups)})
    return user != request.asker.id and counted(with_them) > counted(request.filled)


def could_fill(request: Request, standing: Standing) -> tuple[int, ...]:
    """Return which of the needs this person could fill, by their place in the list."""
    return serves(request.terms.quorum, standing.person.id, standing.groups)


def why_not_deny(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why a denial by this person would not count, or return None."""
    own = f"You asked for this yourself{_as(request.asker, standing)}: press Withdraw instead."
    return _no_say(request, standing, "deny", own)


def why_not_withdraw(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot withdraw the request, or return None."""
    if request.state not in {State.WAITING, State.APPROVED}:
        return _closed(request, "withdraw")
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    if not standing.person.is_same(request.asker):
        return NotAllowed(
            Appr.NOT_THE_ASKER,
            f"Only {request.asker.name}, who asked, can withdraw this. You can deny it.",
        )
    return None


def why_not_nudge(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person has no business to nudge others about a request, or return None."""
    if standing.person.id == request.asker.id:
        return why_nobody(standing.person, standing.home_teams)
    return _no_party(request, standing)


def why_not_resubmit(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot have an approved request sent again, or return None."""
    if request.state is not State.APPROVED or not request.needs_nod:
        return NotAllowed(
            Appr.NOTHING_LEFT, f"This request is {request.state}; there is nothing to submit again."
        )
    return _no_party(request, standing) or why_in_doubt(standing.person)


def why_not_withdraw_rest(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot stop several machines of which some are not sent, or None."""
    if request.state is not State.RUNNING or request.fleet is None:
        return NotAllowed(
            Appr.NOTHING_LEFT,
            f"This request is {request.state}; there is nothing left to withdraw.",
        )
    return _no_party(request, standing)


def why_not_give_up(request: Request, standing: Standing, since: int) -> NotAllowed | None:
    """Say why this person cannot give an unknown request up, or return None.

    `since` is the time in milliseconds before which the attempt must have been made.
    """
    if request.state is not State.UNKNOWN or request.submission is None:
        return NotAllowed(
            Appr.NOTHING_LEFT, f"This request is {request.state}; there is nothing to give up."
        )
    if reason := _no_party(request, standing):
        return reason
    if request.submission.at > since:
        return NotAllowed(
            Appr.STILL_LOOKING,
            "Its job may still turn up; the bot is looking. Try again in a few minutes.",
        )
    return None


def why_not_nod(request: Request, standing: Standing, now: int) -> NotAllowed | None:
    """Say why this person's word does not let a waiting job go on, or return None."""
    asked = request.job.asks if request.job else None
    if request.state is not State.RUNNING or asked is None:
        return NotAllowed(Appr.WAITS_NO_MORE, "It does not wait for anybody any more.")
    if reason := _no_party(request, standing) or why_in_doubt(standing.person):
        return reason
    said = [nod for nod in request.nods if nod.task == nod_key(asked)]
    if said and now < said[-1].at + NOD_AGAIN * 1000:
        return NotAllowed(
            Appr.JUST_SAID, f"{said[-1].person.name} has just said so; Azure goes on in a moment."
        )
    return None


def why_not_ask(may_ask: tuple[str, ...], standing: Standing) -> NotAllowed | None:
    """Say why this person may not ask for something, or return None."""
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    if not includes(may_ask, standing.person.id, standing.groups):
        named = ", ".join(may_ask) or "nobody"
        return NotAllowed(
            Ask.NOT_LISTED,
            f"The policy does not let you ask for this; it lets {named}.",
            "The owners of the policy file can change that.",
        )
    return why_in_doubt(standing.person)


def count(request: Request, vote: Vote) -> Request:
    """Add an approval; the one that completes the quorum approves the request."""
    votes = (*request.votes, vote)
    voted = request.model_copy(update={"votes": votes})
    if still_open(request.terms.quorum, voted.filled):
        return take(request, Step.VOTE, votes=votes)
    return take(
        request,
        Step.APPROVE,
        votes=votes,
        approved_at=vote.at,
        expires_at=vote.at + request.terms.approval_lifetime * 1000,
    )


def no_longer_counts(
    request: Request, people: Mapping[str, Person], home_teams: Collection[str], groups: Groups
) -> tuple[str, ...]:
    """Name everybody whose word no longer counts, before anything is sent; empty when all does.

    `people` holds the asker and every approver as Slack and the directory know them now.
    """
    gone: list[str] = []
    asker = people[request.asker.id]
    if not _has_power(asker, request.terms.may_ask, home_teams, groups):
        gone.append(f"{request.asker.name} may no longer ask for this{_untold(asker)}")
    gone += [
        f"{request.asker.name} may no longer override the freeze “{one.name}”"
        for one in request.terms.overrides
        if not includes(one.override, asker.id, groups)
    ]
    valid: dict[str, set[int]] = {}
    lost: list[str] = []
    for vote in request.approvals:
        voter, name = people[vote.person.id], vote.person.name
        if voter.is_same(asker):
            lost.append(f"{name} and {request.asker.name}, who asked, are one person")
        elif not _has_power(voter, request.terms.may_approve, home_teams, groups):
            lost.append(f"{name} may no longer approve this{_untold(voter)}")
        else:
            if voter.human in valid:
                lost.append(f"{name} has approved by another account already")
            could = serves(request.terms.quorum, voter.id, groups)
            valid.setdefault(voter.human, set()).update(could)
    filled = fill(request.terms.quorum, {human: sorted(could) for human, could in valid.items()})
    if missing := still_open(request.terms.quorum, filled):
        gone += lost or [_short_of(missing, counted(filled), request)]
    return tuple(gone)


def _has_power(
    person: Person, who: tuple[str, ...], home_teams: Collection[str], groups: Groups
) -> bool:
    """Whether this is a full member of a list, of whom it can be told which human it is."""
    if why_nobody(person, home_teams) or why_in_doubt(person):
        return False
    return includes(who, person.id, groups)


def _untold(person: Person) -> str:
    return " (it cannot be told which human that is)" if person.doubt else ""


def _as(before: Person, standing: Standing) -> str:
    """Name the other account by which somebody acted before; '' when it is the same one."""
    return "" if before.id == standing.person.id else f" as {before.name}"


def _short_of(missing: tuple[Need, ...], there: int, request: Request) -> str:
    said = f"only {there} of {request.terms.approvals} approvals count"
    if not request.terms.needs:
        return said
    return f"{said}: {' and '.join(need.words for need in missing)} is missing"


def approvers(request: Request) -> str:
    """Name those who may approve, as the policy writes them."""
    return ", ".join(request.terms.may_approve) or "nobody"


def _no_say(request: Request, standing: Standing, verb: str, own: str) -> NotAllowed | None:
    """Say why this person has no say in a request; `own` is for whoever asked for it."""
    person = standing.person
    if reason := _closed(request, verb) or why_nobody(person, standing.home_teams):
        return reason
    if person.is_same(request.asker):
        return NotAllowed(Appr.OWN, own)
    if not includes(request.terms.may_approve, person.id, standing.groups):
        return NotAllowed(
            Appr.NOT_LISTED, f"You are not among those who may {verb} this ({approvers(request)})."
        )
    return None


def _no_party(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person may neither ask for a request nor approve it, or return None."""
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    lists = request.terms.may_ask + request.terms.may_approve
    if not includes(lists, standing.person.id, standing.groups):
        return NotAllowed(Appr.NO_PARTY, "You are not among those who may ask for or approve this.")
    return None


def _closed(request: Request, verb: str) -> NotAllowed | None:
    if request.state is State.WAITING:
        return None
    return NotAllowed(Appr.TOO_LATE, f"This request is {request.state}; it is too late to {verb}.")
