"""The two addresses an accepted operation is followed by, and the answer that hands them out.

Both carry four long parameters (t, c, s, h) that mean nothing to the client and must come back
unchanged. Reading the job by its id needs none of that.
"""

import base64
import hashlib
from typing import Literal
from urllib.parse import urlencode

from sandbox.vault import bodies_items, bodies_jobs, bodies_plans, faults
from sandbox.vault.calls import Answer, Call
from sandbox.vault.jobs import Job
from sandbox.vault.names import JsonObject, fold

Results = Literal["item", "nothing", "empty", "job", "missing"]
_NOMINAL_SECONDS = 30


def retry_after(call: Call) -> str:
    """Say how long to wait before asking again: 30 s of the vault's time, in real seconds."""
    clock = call.world.clock
    if clock.moved_by_hand:
        return "0"
    return str(max(1, round(_NOMINAL_SECONDS / clock.speed / clock.hurry)))


def accepted(call: Call, job: Job, resource: str = "") -> Answer:
    """Answer 202 with nothing but headers: the job's id is in three of them.

    The resource is what the operation was asked of, unless another one is named.
    """
    resource = resource or call.path.rsplit("/", 1)[0]
    vault = call.world.vault
    told_resource = vault.told() + resource[len(vault.id) :]
    version = call.query["api-version"]
    job_id = vault.told("replicationJobs", job.job_id)
    return Answer(
        status=202,
        headers={
            "Location": f"{call.base_url}{told_resource}/operationresults/{job.job_id}?"
            + _signed("operationresults", job, version),
            "Azure-AsyncOperation": f"{call.base_url}{vault.told('replicationOperationStatus')}/"
            f"{job.job_id}?" + _signed("status", job, version),
            "Retry-After": retry_after(call),
        },
        repeated={"x-ms-request-id": job_id},
    )


def status(call: Call) -> Answer:
    """Tell how an operation stands."""
    job = _job(call, "status")
    answer = Answer(body=bodies_jobs.operation_status(job))
    answer.headers["x-ms-request-id"] = job.vault.told("replicationJobs", job.job_id)
    if not job.over:
        answer.headers["Retry-After"] = retry_after(call)
    return answer


def result(call: Call, results: Results) -> Answer:
    """Tell what an operation resulted in; 202 while it runs, then whatever was chosen."""
    job = _job(call, "operationresults")
    if not job.over:
        return Answer(202, headers={"Retry-After": retry_after(call)})
    if results == "missing":
        raise faults.no_such_thing(call.path)
    if results == "nothing":
        return Answer(204)
    if results == "empty":
        return Answer()
    if results == "job":
        return Answer(body=bodies_jobs.job(job, call.world.now(), single=True))
    return Answer(body=_target(call, job))


def _target(call: Call, job: Job) -> JsonObject | None:
    now = call.world.now()
    for machine in call.world.machines:
        if machine.internal_id == job.target_id:
            return bodies_items.item(machine, now, single=True)
    for plan in call.world.plans:
        if plan.internal_id == job.target_id:
            return bodies_plans.plan(plan)
    return None


def _job(call: Call, purpose: str) -> Job:
    job = call.world.job(call.words["operation"])
    if job is None or job.forgotten:
        raise faults.no_such_thing(call.path)
    given = {key: call.query.get(key, "") for key in ("t", "c", "s", "h")}
    if given != _signature(purpose, job):
        raise faults.forbidden(
            "Microsoft.RecoveryServices/locations/operationStatus/read", fold(call.path)
        )
    return job


def _signed(purpose: str, job: Job, version: str) -> str:
    return urlencode({"api-version": version, **_signature(purpose, job)})


def _signature(purpose: str, job: Job) -> dict[str, str]:
    def junk(name: str, length: int) -> str:
        made = b""
        while len(made) < length:
            seed = f"{purpose}/{job.job_id}/{name}/{len(made)}"
            made += hashlib.sha512(seed.encode()).digest()
        return base64.urlsafe_b64encode(made[:length]).decode().rstrip("=")

    ticks = int(hashlib.sha256(f"{purpose}{job.job_id}".encode()).hexdigest()[:12], 16)
    return {
        "t": f"6387{ticks % 10**14:014}",
        "c": junk("c", 1500),
        "s": junk("s", 256),
        "h": junk("h", 32),
    }
