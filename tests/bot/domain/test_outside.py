"""What our own log says that we began, had stopped and had run again."""

from bot.domain.audit import START, Entry, Fact, chain
from bot.domain.outside import again, cancelled, ours, told_by, vanished
from bot.domain.vaults import Event
from tests.bot.samples import NOON, fact

JOB = "/subscriptions/1/x/replicationJobs/J-1"


def entries(*facts: Fact) -> list[Entry]:
    """Give facts a place in a log."""
    return [
        chain(one, sequence=number, prevhash=START, time=NOON.isoformat())
        for number, one in enumerate(facts, 1)
    ]


def step(operation: str, subject: str, target: str = "", **correlation: str) -> Fact:
    """A step of a request."""
    return fact(
        type="request.submit",
        operation=operation,
        subject=subject,
        target_id=target,
        correlation=correlation,
    )


def test_what_was_sent_leads_to_its_request() -> None:
    """By the name of the job, or by what Azure keeps with it, whatever the casing."""
    found = ours(entries(step("failover", "R-1", client_request_id="C-1", job="J-1")))
    assert found.behind("j-1") == "R-1"
    assert found.behind("J-9", "c-1 ActivityId: z") == "R-1"
    assert found.behind("J-9", "c-9 ActivityId: z") == ""
    assert found.behind("J-9") == ""


def test_a_cancel_counts_when_it_was_sent() -> None:
    """One that was only asked for has cancelled nothing; what it cancels is not what it began."""
    asked = step("cancel-job", "R-2", JOB)
    sent = step("cancel-job", "R-2", JOB, client_request_id="C-2", job="J-1")
    assert ours(entries(asked)).stopped == frozenset()
    assert ours(entries(sent)).stopped == {"j-1"}
    assert ours(entries(sent)).behind("J-1") == ""


def test_a_restart_counts_when_it_was_sent() -> None:
    """From then on the job is its own, for it keeps its name."""
    sent = step("restart-job", "R-3", JOB, client_request_id="C-3")
    assert ours(entries(step("restart-job", "R-3", JOB))).restarted == frozenset()
    assert ours(entries(sent)).restarted == {"j-1"}
    assert ours(entries(sent)).behind("J-1") == "R-3"


def test_what_is_no_step_of_a_request_began_nothing() -> None:
    """An alarm names a job, too."""
    other = fact(type="outside.job", correlation={"job": "J-1", "client_request_id": "C-1"})
    assert ours(entries(other)).behind("J-1", "C-1 x") == ""


def test_an_event_tells_of_a_job_as_far_as_it_goes() -> None:
    """Its name, what it does, and what became of it; an event about health tells of none."""
    about = Event(
        name="e", at=NOON, severity="Critical", code="SRSJobStatus", kind="JobStatus",
        about="vm-web01", words="DisableDr - Failed", job=JOB, scenario="DisableDr", state="Failed",
    )  # fmt: skip
    job = told_by(about)
    assert job is not None
    assert (job.name, job.scenario, job.state, job.target) == (
        "J-1",
        "DisableDr",
        "Failed",
        "vm-web01",
    )
    assert not job.running
    assert told_by(about.model_copy(update={"job": ""})) is None
    assert cancelled(job, "R-1", "p").subject == "R-1"
    assert again(job, "", "p").subject == "J-1"
    assert vanished("vm-web01", "/x", "p").target_id == "/x"
