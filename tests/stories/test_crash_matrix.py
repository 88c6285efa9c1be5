"""Whoever dies, and at whichever point: one start in Azure, one end, a whole log, a true card.

Here one point of each kind is tried; `make crashes` tries all of them.
"""

import json

import pytest

from bot.domain.looks import SUBMITTER_LOST
from bot.gateways.azure import POST_TIMEOUT
from bot.jobs.reconcile import GRACE
from bot.jobs.submit import CLAIM_LIFETIME
from tests.crashes.boundaries import Phase, Point, named
from tests.crashes.launch import QUICKER
from tests.crashes.matrix import chosen, matrix
from tests.crashes.outcome import Victim

pytestmark = pytest.mark.calm("it makes trouble enough of its own")

POST = "POST replicationProtectedItems/…/unplannedFailover"
LANES = 4

Kind = tuple[str, str, Phase]

WORKER: list[Kind] = [
    ("engine", "SET dr-engine:perpetual:lock", "answered"),
    ("engine", "XREADGROUP GROUP", "answered"),
    ("submit_request", "script {dr}:pace:…", "sent"),
    ("person", "GET users.info", "sent"),
    ("changed › reread", "GET replicationProtectedItems/…", "answered"),
    ("submit_request › claim", "commit of request.claim", "sent"),
    ("submit_request › claim", "SET {dr}:confirmation + WAITAOF 1", "sent"),
    ("submit_request › send", POST, "before"),
    ("submit_request › send", POST, "sent"),
    ("submit_request › send", POST, "answered"),
    ("submit_request › accepted", "commit of request.accept", "sent"),
    ("look › step", "commit of request.succeed", "sent"),
    ("draw › draw", "SET {dr}:card:…:drawing", "answered"),
    ("draw › edit", "POST chat.update", "sent"),
    ("draw › say", "POST chat.postMessage", "answered"),
]
REDIS: list[Kind] = [
    ("submit_request › claim", "commit of request.claim", "sent"),
    ("submit_request › claim", "SET {dr}:confirmation + WAITAOF 1", "before"),
    ("submit_request › accepted", "commit of request.accept", "before"),
    ("look › step", "commit of request.succeed", "sent"),
]
VOTE: list[Kind] = [
    ("front", "what Slack delivered", "before"),
    ("press › decided", "commit of request.approve", "before"),
    ("press › decided", "commit of request.approve", "sent"),
    ("front", "the acknowledgement", "before"),
]
ASK: list[Kind] = [
    ("carry_out › create", "commit of request.ask", "before"),
    ("carry_out › create", "commit of request.ask", "sent"),
    ("carry_out › post", "POST chat.postMessage", "before"),
    ("reply", "POST response_url", "sent"),
]


@pytest.mark.parametrize(
    ("victim", "kinds"), [("worker", WORKER), ("redis", REDIS), ("vote", VOTE), ("ask", ASK)]
)
async def test_a_death_at_each_kind_of_point(victim: Victim, kinds: list[Kind]) -> None:
    """The points are named, so one that is not passed any more is seen, too."""
    points = [Point(*kind, 1) for kind in kinds]
    async with matrix(LANES) as one:
        outcomes = await one.deaths(victim, points, lambda _outcome: None)
    broken = {one.point: one.wrong for one in outcomes if not one.kept}
    assert broken == {}
    assert [one.point for one in outcomes if not one.reached] == []


def test_the_quicker_clocks_keep_their_order() -> None:
    """Whoever may still send is never taken for lost, nor what may still turn up for absent."""

    def in_order(claim: float, post: float, lost: float, grace: float) -> bool:
        return claim + post * 1000 < lost < grace * 1000

    assert in_order(CLAIM_LIFETIME, POST_TIMEOUT, SUBMITTER_LOST, GRACE)
    assert in_order(
        QUICKER["bot.jobs.submit", "CLAIM_LIFETIME"],
        QUICKER["bot.gateways.azure", "POST_TIMEOUT"],
        QUICKER["bot.domain.looks", "SUBMITTER_LOST"],
        QUICKER["bot.jobs.reconcile", "GRACE"],
    )


def test_what_only_ticks_is_not_tried_for_ever() -> None:
    """Of a sweep each kind is tried twice, of a submission every single one."""
    ticks = [Point("sweep", "TIME", "sent", number) for number in range(1, 9)]
    assert chosen("worker", [Point("sweep", "TIME", "before", 1)]) == []
    steps = [Point("draw", "POST chat.update", "sent", number) for number in range(1, 5)]
    assert chosen("worker", [*ticks, *steps]) == [*ticks[:2], *steps]
    asked = Point("reread", "GET replicationProtectedItems/…", "sent", 1)
    assert chosen("redis", [asked, ticks[0]]) == [ticks[0]]


def test_what_is_sent_to_redis_is_named() -> None:
    """After its commands and the kind of key; ids differ in every run, and what frames is noise."""
    assert named(packed(["TIME"])) == "TIME"
    assert named(packed(["PING"])) == ""
    assert named(packed(["GET", "{dr}:card:R-7K2M9P"])) == "GET {dr}:card:…"
    several = packed(["MULTI"], ["TIME"], ["HGET", "a", "b"], ["EXEC"])
    assert named(several) == "HGET a"
    body = json.dumps({"prevhash": "0", "entry": json.dumps({"type": "dr.request.claim"})})
    assert named(packed(["EVALSHA", "5c1", "1", "{dr}:x", body])) == "commit of request.claim"
    assert named(packed(["EVALSHA", "5c1", "1", "{dr}:x", "{}"])) == "script {dr}:x"


def packed(*commands: list[str]) -> bytes:
    """Write commands as a client does."""
    lines = []
    for words in commands:
        lines.append(f"*{len(words)}\r\n")
        lines += [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    return "".join(lines).encode()
