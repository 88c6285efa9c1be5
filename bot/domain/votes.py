"""What a click means: pure decisions about votes, each with its reason.

What `recount` says before anything is sent follows the same rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.domain.data import Data
from bot.domain.delegations import Delegation, Place
from bot.domain.latecomers import Wish, too_late
from bot.domain.nods import nod_key
from bot.domain.people import Person, why_in_doubt, why_nobody
from bot.domain.places import Groups, lacking
from bot.domain.policy import includes
from bot.domain.quorum import counted, fill, serves, still_open
from bot.domain.request import Request, State
from bot.domain.reviews import broken, missing
from bot.errors import NotAllowed
from bot.refusals import Appr, Ask

NOD_AGAIN: Final = 120
"""Seconds after which a job that still waits can be let go on once more."""


class Standing(Data):
    """What we know of somebody who presses: who they are and which groups hold whom."""

    person: Person
    home_teams: frozenset[str]
    groups: dict[str, frozenset[str]]
    delegated: tuple[Delegation, ...] = ()
    """In whose places they may vote, for now; both people stand in it as they are now."""


@dataclass(frozen=True)
class Say:
    """Whether somebody's word counts, in whose place, and for what."""

    why_not: NotAllowed | None = None
    """Why it does not count; None when it does."""
    place: Place | None = None
    """Whose place they vote in; None for their own."""
    serves: tuple[int, ...] = ()
    """Which of the needs whoever counts could fill, by their place in the list."""


def approving(request: Request, standing: Standing, now: int = 0) -> Say:
    """Say whether an approval by this person counts, and in whose place.

    Who may approve votes for themselves and for nobody else; only another may vote in somebody's
    place, in the first that counts. `now`, in milliseconds, ends what has run out since their
    standing was read.
    """
    asked_as = _as(request.asker, standing)
    own = f"You asked for this yourself{asked_as}; somebody else has to approve it."
    refused: list[Say] = []
    for say in _says(request, standing, Wish.APPROVE, own, now):
        reason = (
            say.why_not
            or why_in_doubt(standing.person)
            or _counted_already(request, standing, say)
            or _fills_nothing(request, standing, say)
        )
        if reason is None:
            return say
        refused.append(Say(why_not=reason))
    return refused[0]


def why_not_approve(request: Request, standing: Standing, now: int = 0) -> NotAllowed | None:
    """Say why an approval by this person would not count, or return None."""
    return approving(request, standing, now).why_not


def denying(request: Request, standing: Standing, now: int = 0) -> Say:
    """Say whether a denial by this person counts, and in whose place."""
    own = f"You asked for this yourself{_as(request.asker, standing)}: press Withdraw instead."
    return next(_says(request, standing, Wish.DENY, own, now))


def why_not_deny(request: Request, standing: Standing, now: int = 0) -> NotAllowed | None:
    """Say why a denial by this person would not count, or return None."""
    return denying(request, standing, now).why_not


def would_fill(request: Request, user: str, groups: Groups) -> bool:
    """Whether an approval of this user would fill something of what is still needed."""
    could = serves(request.terms.quorum, user, groups)
    return user != request.asker.id and _adds(request, user, could)


def could_fill(request: Request, standing: Standing) -> tuple[int, ...]:
    """Return which of the needs this person could fill, by their place in the list."""
    return serves(request.terms.quorum, standing.person.id, standing.groups)


def why_not_withdraw(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot withdraw the request, or return None."""
    if reason := _no_chance(request, standing, Wish.WITHDRAW):
        return reason
    if not standing.person.is_same(request.asker):
        return NotAllowed(
            Appr.NOT_THE_ASKER,
            f"Only {request.asker.name}, who asked, can withdraw this. You can deny it.",
        )
    return None


def why_not_nudge(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person has no business to nudge others about a request, or return None."""
    if standing.person.is_same(request.asker):
        return why_nobody(standing.person, standing.home_teams)
    return _no_party(request, standing, Wish.NUDGE)


def why_not_revoke(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person has no approval to take back, or return None.

    It is theirs when they gave it, or when it was given in their place. Nobody has to be an
    approver still for that, nor a delegate: it only ever stops something.
    """
    if reason := _no_chance(request, standing, Wish.REVOKE):
        return reason
    if not any(vote.is_of(standing.person) for vote in request.approvals):
        return NotAllowed(
            Appr.NOT_APPROVED, "You have not approved this, so there is nothing to take back."
        )
    return None


def why_not_resubmit(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot have an approved request sent again, or return None."""
    return _no_party(request, standing, Wish.RESUBMIT) or why_in_doubt(standing.person)


def why_not_withdraw_rest(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why this person cannot stop several machines of which some are not sent, or None."""
    return _no_party(request, standing, Wish.WITHDRAW_REST)


def why_not_give_up(request: Request, standing: Standing, since: int) -> NotAllowed | None:
    """Say why this person cannot give an unknown request up, or return None.

    `since` is the time in milliseconds before which the attempt must have been made.
    """
    if reason := _no_party(request, standing, Wish.GIVE_UP):
        return reason
    if request.submission and request.submission.at > since:
        return NotAllowed(
            Appr.STILL_LOOKING,
            "Its job may still turn up; the bot is looking. Try again in a few minutes.",
        )
    return None


def why_not_nod(request: Request, standing: Standing, now: int) -> NotAllowed | None:
    """Say why this person's word does not let a waiting job go on, or return None."""
    if reason := _no_party(request, standing, Wish.NOD) or why_in_doubt(standing.person):
        return reason
    asked = request.job.asks if request.job else None
    said = [nod for nod in request.nods if asked and nod.task == nod_key(asked)]
    if said and now < said[-1].at + NOD_AGAIN * 1000:
        return NotAllowed(
            Appr.JUST_SAID,
            f"{said[-1].person.name} has just said so; Azure goes on in a moment.",
        )
    return None


def why_not_review(request: Request, standing: Standing) -> NotAllowed | None:
    """Say why a review by this person would not count, or return None."""
    person, glass = standing.person, request.terms.glass
    if glass is None or not broken(request):
        return NotAllowed(
            Appr.NOTHING_TO_REVIEW,
            "No glass was broken for this request, so there is nothing to review.",
        )
    if request.open:
        return NotAllowed(
            Appr.REVIEW_LATER, f"This request is {request.state}; it is reviewed when it has ended."
        )
    if reason := why_nobody(person, standing.home_teams) or _own_review(request, standing):
        return reason
    if not includes(glass.may_review, person.id, standing.groups):
        named = ", ".join(glass.may_review) or "nobody"
        return NotAllowed(
            Appr.NO_REVIEWER, f"You are not among those who may review this ({named})."
        )
    for one in request.reviews:
        if one.person.is_same(person):
            account = _as(one.person, standing)
            return NotAllowed(
                Appr.REVIEWED_TWICE,
                f"You have reviewed this already{account}; every person counts once.",
            )
    if not missing(request):
        return NotAllowed(
            Appr.NOTHING_TO_REVIEW, f"It has all of its {glass.reviews} reviews already."
        )
    return why_in_doubt(person)


def _own_review(request: Request, standing: Standing) -> NotAllowed | None:
    """Say that somebody would review what they asked for or approved themselves, or return None."""
    if standing.person.is_same(request.asker):
        account = _as(request.asker, standing)
        return NotAllowed(
            Appr.OWN_REVIEW, f"You asked for this yourself{account}; others have to review it."
        )
    for vote in request.approvals:
        if vote.person.is_same(standing.person):
            approved = f"You approved this{_as(vote.person, standing)}"
        elif vote.is_of(standing.person):
            approved = f"{vote.person.name} approved this in your place"
        else:
            continue
        return NotAllowed(Appr.OWN_REVIEW, f"{approved}; others have to review it.")
    return None


def why_not_ask(
    may_ask: tuple[str, ...], standing: Standing, *, glass: bool = False
) -> NotAllowed | None:
    """Say why this person may not ask for something, or not break the glass, or return None."""
    if reason := why_nobody(standing.person, standing.home_teams):
        return reason
    if not includes(may_ask, standing.person.id, standing.groups):
        named = ", ".join(may_ask) or "nobody"
        what = "break the glass" if glass else "ask"
        return NotAllowed(
            Ask.NOT_LISTED,
            f"The policy does not let you {what} for this; it lets {named}.",
            "The owners of the policy file can change that.",
        )
    return why_in_doubt(standing.person)


def gives_way(request: Request, asker: Person, operation: str) -> bool:
    """Whether a request makes room for one of the same asker that breaks the glass for the same.

    Only while it waits for votes: what is approved goes ahead, and needs no glass broken.
    """
    ordinary = request.state is State.WAITING and request.terms.glass is None
    return ordinary and request.operation == operation and request.asker.is_same(asker)


def approvers(request: Request) -> str:
    """Name those who may approve, as the policy writes them."""
    return ", ".join(request.terms.may_approve) or "nobody"


def _as(before: Person, standing: Standing) -> str:
    """Name the other account by which somebody acted before; '' when it is the same one."""
    return "" if before.id == standing.person.id else f" as {before.name}"


def _says(request: Request, standing: Standing, wish: Wish, own: str, now: int) -> Iterator[Say]:
    """Find the places from which a person has a say, else why they have none.

    `own` is for whoever asked for it.
    """
    person, groups = standing.person, standing.groups
    if reason := _no_chance(request, standing, wish):
        yield Say(why_not=reason)
        return
    if person.is_same(request.asker):
        yield Say(why_not=NotAllowed(Appr.OWN, own))
        return
    if includes(request.terms.may_approve, person.id, groups):
        yield Say(serves=could_fill(request, standing))
        return
    lacks: list[str] = []
    for one in standing.delegated:
        if lack := lacking(request, one, standing.home_teams, groups, now):
            lacks.append(lack)
        else:
            could = serves(request.terms.quorum, one.by.id, groups)
            yield Say(place=one.place, serves=could)
    if len(lacks) == len(standing.delegated):
        strange = f"You are not among those who may {wish.verb} this ({approvers(request)})."
        yield Say(why_not=NotAllowed(Appr.NOT_LISTED, " ".join([strange, *lacks])))


def _counted_already(request: Request, standing: Standing, say: Say) -> NotAllowed | None:
    """Say which vote has this human already, or whoever they would vote for: each counts once."""
    person = standing.person
    for vote in request.approvals:
        if vote.person.is_same(person):
            account = _as(vote.person, standing)
            return NotAllowed(
                Appr.TWICE, f"You have approved this already{account}; every person counts once."
            )
        if vote.is_of(person):
            return NotAllowed(
                Appr.PLACE_TAKEN,
                f"{vote.person.name} has approved in your place, by your delegation; together you "
                "count once.",
            )
        if say.place and vote.is_of(say.place.person):
            return NotAllowed(
                Appr.PLACE_TAKEN,
                f"{say.place.person.name} has a vote already ({vote.who}); one in their place does "
                "not count beside it.",
            )
    return None


def _fills_nothing(request: Request, standing: Standing, say: Say) -> NotAllowed | None:
    """Say what is still needed when an approval would fill none of it, or return None."""
    seat = say.place.person if say.place else standing.person
    if _adds(request, seat.human, say.serves):
        return None
    needs = request.terms.quorum
    open_needs = " and ".join(need.words for need in still_open(needs, request.filled))
    return NotAllowed(
        Appr.FILLS_NOTHING,
        f"What it still needs is {open_needs}; your approval would fill none of that.",
    )


def _adds(request: Request, human: str, could: tuple[int, ...]) -> bool:
    """Whether one more vote, of a human who could fill these needs, lets more of them count."""
    votes = {one: vote.serves for one, vote in request.seats.items()}
    with_them = fill(request.terms.quorum, votes | {human: could})
    return counted(with_them) > counted(request.filled)


def _no_party(request: Request, standing: Standing, wish: Wish) -> NotAllowed | None:
    """Say why somebody may not, who has to be one of those who may ask or approve, or None."""
    if reason := _no_chance(request, standing, wish):
        return reason
    lists = request.terms.may_ask + request.terms.may_approve
    if not includes(lists, standing.person.id, standing.groups):
        return NotAllowed(Appr.NO_PARTY, "You are not among those who may ask for or approve this.")
    return None


def _no_chance(request: Request, standing: Standing, wish: Wish) -> NotAllowed | None:
    """Say why nobody like this person could do it, or nobody any more, whatever the lists say."""
    return why_nobody(standing.person, standing.home_teams) or too_late(request, wish)
