"""The vault as tests and the demo hold it: its own records beside the web application.

What is read here is the vault's own truth, not what it says on the wire; it is brought up to the
present whenever it is asked for, so ask again after time has passed.
"""

from aiohttp import web

from sandbox.vault import estate, names
from sandbox.vault.bodies_items import strange_item
from sandbox.vault.front import Front
from sandbox.vault.jobs import Fate, Job
from sandbox.vault.machines import Machine
from sandbox.vault.server import application
from sandbox.vault.world import RecoveryPlan


class Vault(Front):
    """A Site Recovery vault with the demo estate; `extra_machines` adds healthy ones."""

    resource_id = names.VAULT_ID
    subscription_id = names.SUBSCRIPTION
    resource_group = names.RESOURCE_GROUP
    name = names.VAULT_NAME
    cache_accounts = estate.CACHE_ACCOUNTS

    @property
    def identity_header(self) -> str:
        """What a client must send as X-IDENTITY-HEADER to be given a token."""
        return self.tokens.identity_header

    @property
    def machines(self) -> list[Machine]:
        """All machines."""
        self.world.now()
        return self.world.machines

    @property
    def plans(self) -> list[RecoveryPlan]:
        """All recovery plans."""
        self.world.now()
        return self.world.plans

    @property
    def jobs(self) -> list[Job]:
        """All jobs that have begun, oldest first."""
        return self.world.jobs

    def machine(self, name: str, resource_group: str | None = None) -> Machine:
        """Find a machine by the name people use, and by resource group where two share a name."""
        found = [
            machine
            for machine in self.machines
            if machine.friendly_name == name
            and resource_group in (None, machine.groups[machine.original.region])
        ]
        if len(found) != 1:
            raise LookupError(f"There are {len(found)} machines called {name!r}.")
        return found[0]

    def job(self, job_id: str) -> Job:
        """Find a job by its id."""
        found = self.world.job(job_id)
        if found is None:
            raise LookupError(f"There is no job {job_id!r}.")
        return found

    def fail_next_job(self, target: str, scenario: str) -> None:
        """Let the next job of that scenario on that machine or plan fail on its way."""
        self.destine_next_job(target, scenario, "fail_job")

    def destine_next_job(self, target: str, scenario: str, fate: Fate) -> None:
        """Say what becomes of the next job of that scenario on that machine or plan."""
        self.world.fates.append((target, scenario, fate))

    def admit_stranger(self) -> str:
        """Add an item of a kind no client has heard of; give back its id.

        It can be listed and read, and nothing can be done with it.
        """
        stranger = strange_item(self.world.machines[0], self.world.now())
        self.world.strangers.append(stranger)
        return str(stranger["id"])

    def cancel_job(self, job_id: str) -> None:
        """Cancel a job as somebody in the portal would."""
        job = self.job(job_id)
        if "Cancel" not in job.allowed_actions:
            raise ValueError(f"Job {job_id} is {job.state} and can't be cancelled.")
        self.world.runs[job.job_id].finish("Cancelled", self.world.now())

    def application(self) -> web.Application:
        """Make the web application: Azure Resource Manager and the identity endpoint."""
        return application(self)
