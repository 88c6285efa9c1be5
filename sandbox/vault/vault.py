"""The vaults as tests and the demo hold them: their own records beside the web application.

What is read here is the vaults' own truth, not what they say on the wire; it is brought up to the
present whenever it is asked for, so ask again after time has passed.
"""

from aiohttp import web

from sandbox.clock import Clock
from sandbox.vault import names, places
from sandbox.vault.bodies_items import strange_item
from sandbox.vault.front import EstateName, Front
from sandbox.vault.jobs import Fate, Job
from sandbox.vault.machines import Machine
from sandbox.vault.operations import start
from sandbox.vault.plans import RecoveryPlan
from sandbox.vault.server import application
from sandbox.vault.world import Caller, World


class Ledger:
    """The records of one vault."""

    world: World
    resource_id: str
    subscription_id: str
    resource_group: str
    name: str
    cache_accounts: dict[str, str]

    @property
    def machines(self) -> list[Machine]:
        """All protected machines."""
        self.world.now()
        return self.world.machines

    @property
    def unprotected(self) -> list[Machine]:
        """The machines whose replication can be enabled."""
        self.world.now()
        return self.world.estate.unprotected

    @property
    def plans(self) -> list[RecoveryPlan]:
        """All recovery plans."""
        self.world.now()
        return self.world.plans

    @property
    def jobs(self) -> list[Job]:
        """All jobs that have begun, oldest first."""
        return self.world.jobs

    @property
    def networks(self) -> dict[str, str]:
        """For each region a network to test in, by its id."""
        return {
            network.region: network.id
            for network in self.world.estate.networks
            if network.name.startswith("vnet-test-")
        }

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

    def plan(self, name: str) -> RecoveryPlan:
        """Find a recovery plan by its name."""
        return next(plan for plan in self.plans if plan.name == name)

    def job(self, job_id: str) -> Job:
        """Find a job by its id."""
        found = self.world.job(job_id)
        if found is None:
            raise LookupError(f"There is no job {job_id!r}.")
        return found

    def fail_next_job(self, target: str, scenario: str) -> None:
        """Let the next job of that scenario on that machine or plan fail on its way.

        Where the machine's next job is part of a plan's, the rest of the plan goes on.
        """
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

    def disable(self, name: str) -> Job:
        """Disable the replication of a machine as somebody in the portal would."""
        caller = Caller(self.world.guid(), self.world.guid())
        return start(self.world, self.machine(name), "remove", {"properties": {}}, caller)

    def lose(self, name: str) -> None:
        """Take a machine out of the vault, with no job that anybody could see."""
        self.world.machines.remove(self.machine(name))

    def forget_job(self, job_id: str) -> None:
        """Neither list nor read a job any more, as a vault does with old ones; its events stay."""
        self.job(job_id).forgotten = True

    def cancel_job(self, job_id: str) -> None:
        """Cancel a job as somebody in the portal would."""
        job = self.job(job_id)
        if "Cancel" not in job.allowed_actions:
            raise ValueError(f"Job {job_id} is {job.state} and can't be cancelled.")
        self.world.runs[job.job_id].finish("Cancelled", self.world.now())


class SecondVault(Ledger):
    """The second vault, in another subscription, behind the same web server."""

    resource_id = names.SECOND.id
    subscription_id = names.SECOND.subscription
    resource_group = names.SECOND.resource_group
    name = names.SECOND.name
    cache_accounts = places.SECOND_CACHE_ACCOUNTS

    def __init__(self, world: World) -> None:
        self.world = world


class Vault(Front, Ledger):
    """A Site Recovery vault, with a second one beside it.

    Its estate is the demo's ("shop") or has one of everything besides ("full");
    `extra_machines` adds healthy ones. Tokens, trouble and the journal are of both vaults.
    """

    resource_id = names.FIRST.id
    subscription_id = names.FIRST.subscription
    resource_group = names.FIRST.resource_group
    name = names.FIRST.name
    cache_accounts = places.CACHE_ACCOUNTS
    resource_ids = (names.FIRST.id, names.SECOND.id)

    def __init__(
        self,
        clock: Clock,
        seed: int = 7,
        extra_machines: int = 0,
        estate: EstateName = "shop",
    ) -> None:
        super().__init__(clock, seed, extra_machines, estate)
        self.second = SecondVault(self.worlds[1])

    @property
    def identity_header(self) -> str:
        """What a client must send as X-IDENTITY-HEADER to be given a token."""
        return self.tokens.identity_header

    def application(self) -> web.Application:
        """Make the web application: Azure Resource Manager and the identity endpoint."""
        return application(self)
