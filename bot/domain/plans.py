"""Recovery plans as Azure Site Recovery reports them, in our words.

A plan starts groups of machines one after the other, with actions before and after each: some run
by themselves, and a manual one waits until a person says that it is done.
"""

from datetime import datetime
from typing import Literal

from bot.domain.data import Data
from bot.domain.machines import Machine


class PlanAction(Data):
    """Something that a plan does before or after it starts a group."""

    name: str
    kind: str
    """`manual`, `runbook`, `script`, or Azure's own word for a kind that we do not know."""
    words: str = ""
    """What a person is to do, the name of the runbook, or the path of the script."""
    operations: tuple[str, ...] = ()
    """The operations that it belongs to, in Azure's words; empty for all."""


class PlanGroup(Data):
    """One group of a plan."""

    kind: str
    """Azure's groupType: Shutdown, Failover or Boot; machines stand in Boot groups."""
    items: tuple[str, ...] = ()
    """The ids of its protected items; after a reprotect they may be those from before."""
    before: tuple[PlanAction, ...] = ()
    after: tuple[PlanAction, ...] = ()


class Plan(Data):
    """A recovery plan."""

    sort: Literal["plan"] = "plan"
    id: str
    name: str
    vault: str
    providers: tuple[str, ...]
    """Azure's instanceTypes of its machines."""
    primary: str
    """The name of the fabric that is replicated from."""
    recovery: str
    allowed: tuple[str, ...]
    scenario: str = ""
    """The operation that Azure is running on it, '' when idle."""
    job: str = ""
    """The id of the job of its latest operation, running or not."""
    status: str = ""
    """Azure's word for how its latest operation went or goes."""
    groups: tuple[PlanGroup, ...] = ()
    tested_at: datetime | None = None
    failed_over_at: datetime | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """The ids of all its protected items, in the order of starting."""
        return tuple(item for group in self.groups for item in group.items)

    @property
    def actions(self) -> tuple[PlanAction, ...]:
        """All that it does before and after its groups, in their order."""
        return tuple(one for group in self.groups for one in (*group.before, *group.after))

    @property
    def boots(self) -> tuple[PlanGroup, ...]:
        """The groups that start machines, the first one first."""
        return tuple(group for group in self.groups if group.kind == "Boot")


def members(plan: Plan, machines: tuple[Machine, ...]) -> tuple[Machine, ...]:
    """Return a plan's machines in the order of starting, out of all machines of its vault.

    An item that moved to another container is still found, by the name that it keeps.
    """
    by_id = {machine.id.casefold(): machine for machine in machines}
    by_name = {machine.item.casefold(): machine for machine in machines}
    found = []
    for item in plan.items:
        moved = by_name.get(item.rpartition("/")[2].casefold())
        if machine := by_id.get(item.casefold(), moved):
            found.append(machine)
    return tuple(found)
