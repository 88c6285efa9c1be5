"""The operations on Site Recovery jobs: stopping, running again, and letting go on."""

from bot.domain import bodies
from bot.domain.catalogue import Call, Ground, operation
from bot.domain.consequences import goes_on, leaves_half_done, runs_again, stops


@operation(
    "Cancel job",
    needs={"job": "Cancel"},
    scenarios=(),
    way=stops,
    destroys=leaves_half_done,
    succeeded=lambda job: job.cancelled,
)
def cancel_job(ground: Ground) -> Call:
    """Stop a Site Recovery job that runs or waits.

    Name the job by its id, or by the machine, plan or request that it works on.
    """
    return bodies.plain("cancel", ground)


@operation(
    "Restart job",
    needs={"job": "Restart"},
    scenarios=(),
    way=stops,
    destroys=runs_again,
)
def restart_job(ground: Ground) -> Call:
    """Run a failed Site Recovery job once more, where Azure offers it."""
    return bodies.plain("restart", ground)


@operation(
    "Resume job",
    needs={"job": "Resume"},
    scenarios=(),
    way=stops,
    destroys=goes_on,
)
def resume_job(ground: Ground) -> Call:
    """Let a Site Recovery job go on that waits for somebody.

    The card of a running plan has a button for its manual actions; this is for all other jobs.
    """
    return bodies.resume(ground.target.id, "Resumed through the DR bot.")
