"""What a lock is on: the machine that was meant, wherever it is now, and nothing else."""

import pytest

from bot.domain.locks import HeldBy, Lock, as_locked, holding, meant_by, said_of
from tests.bot.samples import BO, NOW, candidate, job, machine
from tests.bot.samples import request as sample

HOUR = 3_600_000


def lock(*on: str, **more: object) -> Lock:
    """Make Bo's lock on some machines."""
    machines = [machine(name=one, item=one, id=f"{machine().container}/x/{one}") for one in on]
    given = {
        "id": "L-222222", "entry": 7, "by": BO, "words": " ".join(on) or "all",
        "on": tuple(map(as_locked, machines)), "at": NOW, "until": NOW + HOUR, "reason": "patching",
    }  # fmt: skip
    return Lock.model_validate(given | more)


def test_a_lock_says_itself() -> None:
    """Who, what, until when, why; of many machines, how many."""
    assert said_of(lock("vm-a", "vm-b")) == (
        "Bo has locked vm-a, vm-b until 2026-03-01 13:00 UTC: patching"
    )
    many = lock("vm-a", "vm-b", "vm-c", "vm-d", words="vm-*")
    assert many.name == "4 machines (vm-*)"
    assert lock().name == "everything"
    held = lock("vm-a").held_by(("@owners",))
    assert isinstance(held, HeldBy)
    assert held.words == "Bo's lock L-222222, until 2026-03-01 13:00 UTC"


def test_a_lock_holds_its_machine_and_no_other() -> None:
    """By its id."""
    one = machine(name="vm-a", item="vm-a")
    ours = lock(on=(as_locked(one),))
    assert holding([ours], "failover", one) == (ours,)
    assert holding([ours], "failover", machine(name="vm-b", item="vm-b", id="other")) == ()
    assert holding([lock()], "failover", machine()) == (lock(),)


def test_a_lock_follows_a_machine_that_a_reprotect_moved() -> None:
    """Its item keeps its name, in another container of the same vault."""
    ours = lock(on=(as_locked(machine()),))
    moved = machine(id=machine().id.replace("westeurope", "northeurope"), name="renamed")
    assert holding([ours], "failback", moved)
    elsewhere = machine(id="x", vault=machine().vault.replace("vault-dr", "vault-other"))
    assert not holding([ours], "failback", elsewhere)


@pytest.mark.parametrize("operation", ["failover", "cancel-failover", "restart-job", "resume-job"])
def test_cancelling_a_job_alone_is_never_held(operation: str) -> None:
    """Whoever locked it, and even if everything is."""
    assert holding([lock()], operation, machine())
    assert not holding([lock()], "cancel-job", machine())


def test_a_job_goes_by_what_it_works_on() -> None:
    """A machine or a plan of its vault, by name; a machine that is not protected has no lock."""
    ours = lock(on=(as_locked(machine()),))
    assert holding([ours], "restart-job", job(target="VM-WEB01"))
    assert not holding([ours], "restart-job", job(target="vm-web02"))
    assert not holding([ours], "protect", candidate())
    assert holding([lock()], "protect", candidate())


def test_a_request_is_held_by_any_of_its_machines() -> None:
    """One of a plan is enough."""
    request = sample()
    other = machine(id="other", name="vm-z", item="z")
    ours = lock(on=(as_locked(other),))
    assert not holding([ours], "failover", request.target)
    assert holding([ours], "failover", request.target, [other])


def test_a_lock_is_meant_by_its_id_or_by_all_of_its_names() -> None:
    """Never by a part of it, for it is ended as a whole."""
    pair, single, everything = (
        lock("vm-a", "vm-b"),
        lock("vm-c", id="L-333333"),
        lock(id="L-444444"),
    )
    some = [pair, single, everything]
    assert meant_by(["l-222222"], some) == (pair,)
    assert meant_by(["VM-B", "vm-a"], some) == (pair,)
    assert meant_by(["vm-a"], some) == ()
    assert meant_by(["all"], some) == (everything,)
    assert meant_by(["L-222222", "L-333333"], some) == (pair, single)
    assert meant_by(["L-222222", "vm-c"], some) == (pair, single)
    assert meant_by(["L-222222", "vm-x"], some) == ()
    assert meant_by(["L-222222", "L-555555"], some) == ()
