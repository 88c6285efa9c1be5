"""Everything that can be changed in the vault: each function starts a job, or acts on one."""

from sandbox.vault import (
    enabling,
    faults,
    operations,
    orders,
    plan_operations,
    polls,
    reads,
    recipes,
    work,
)
from sandbox.vault.calls import Answer, Call
from sandbox.vault.jobs import Job
from sandbox.vault.names import JsonObject, fold, guid
from sandbox.vault.world import Target


def operate(call: Call) -> Answer:
    """Start an operation on an item."""
    machine = reads.machine_of(call)
    operation = _operation(call, operations.NEEDS)
    job = operations.start(call.world, machine, operation, call.body, call.caller)
    return polls.accepted(call, job)


def switch_protection(call: Call) -> Answer:
    """Start a reprotect of an item, asked of its container."""
    name = _item_name(call.body)
    call.words["item"] = name
    machine = reads.machine_of(call)
    job = operations.start(call.world, machine, "switchprotection", call.body, call.caller)
    return polls.accepted(call, job)


def enable(call: Call) -> Answer:
    """Start enabling the replication of a machine, under the item name of the address."""
    place = reads.place_of_container(call)
    job = enabling.start(call.world, place, call.words["item"], call.body, call.caller)
    return polls.accepted(call, job, call.path)


def operate_plan(call: Call) -> Answer:
    """Start an operation on a recovery plan."""
    plan = reads.plan_of(call)
    operation = _operation(call, plan_operations.NEEDS)
    job = plan_operations.start(call.world, plan, operation, call.body, call.caller)
    return polls.accepted(call, job)


def refresh_health(call: Call) -> Answer:
    """Look at the vault's health once more."""
    world = call.world
    steps = recipes.single("RefreshVaultHealth", "Refreshing the health of the vault", 5.0)
    target = Target(guid("vault", world.vault.id), world.vault.name, "Vault")
    title = "Refresh vault health"
    job = world.draft("RefreshVaultHealth", title, target, steps, call.caller)
    job.details = {"instanceType": "AsrJobDetails", "affectedObjectDetails": {}}
    world.start(job, [], _hold_nothing, work.nothing)
    return polls.accepted(call, job)


def cancel_job(call: Call) -> Answer:
    """Cancel a job; what it works on is let go at once, and stays as it is at that moment.

    Nobody has written down what the service does to an item whose job is cancelled.
    """
    job = _job_that_allows(call, "Cancel")
    call.world.runs[job.job_id].finish("Cancelled", call.world.now())
    return polls.accepted(call, job)


def restart_job(call: Call) -> Answer:
    """Run a failed job once more, if its target still allows the operation."""
    job = _job_that_allows(call, "Restart")
    call.world.runs[job.job_id].restart(call.world.now())
    return polls.accepted(call, job)


def resume_job(call: Call) -> Answer:
    """Let a waiting job go on."""
    order = orders.read_comments(call.body)
    job = _job_that_allows(call, "Resume")
    call.world.runs[job.job_id].resume(call.world.now(), order.word("comments"))
    return polls.accepted(call, job)


def _job_that_allows(call: Call, action: str) -> Job:
    job = reads.job_of(call)
    if action not in job.allowed_actions:
        raise faults.not_now(action, job.title, job.state, job.allowed_actions)
    return job


def _operation(call: Call, known: dict[str, str]) -> str:
    wanted = call.words["operation"]
    for name in known:
        if fold(name) == fold(wanted) and name != "switchprotection":
            return name
    raise faults.Fault(
        404, "NotFound", f"The operation '{wanted}' isn't one of this resource's operations."
    )


def _hold_nothing() -> None:
    """Looking at something holds nobody up."""


def _item_name(body: object) -> str:
    properties: JsonObject = {}
    if isinstance(body, dict) and isinstance(body.get("properties"), dict):
        properties = body["properties"]
    name = properties.get("replicationProtectedItemName")
    if not isinstance(name, str) or not name:
        raise faults.bad_body("'body.properties.replicationProtectedItemName' is required.")
    return name
