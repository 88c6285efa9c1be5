"""The shapes of recovery plans, their groups and actions, and how they become our own words."""

from typing import Annotated, Final

from bot.domain.plans import Plan, PlanAction, PlanGroup
from bot.gateways.azure.wire import OrElse, Shape, Text, When, when
from bot.gateways.azure.wire_items import ScenarioShape

_KINDS: Final = {
    "ManualActionDetails": "manual",
    "AutomationRunbookActionDetails": "runbook",
    "ScriptActionDetails": "script",
}
_ENDED: Final = frozenset(
    {"Succeeded", "Failed", "Cancelled", "Canceled", "CompletedWithInformation", "None", ""}
)
_WAITS_FOR_CLEANUP: Final = "WaitingForStopTestFailover"


class ActionDetailsShape(Shape):
    instance_type: Text = ""
    description: Text = ""
    runbook_id: Text = ""
    path: Text = ""


class ActionShape(Shape):
    action_name: Text = ""
    failover_types: Annotated[tuple[str, ...] | None, OrElse(None)] = None
    custom_details: ActionDetailsShape | None = None

    def action(self) -> PlanAction:
        """Say it in our words."""
        details = self.custom_details or ActionDetailsShape()
        kind = details.instance_type
        runbook = details.runbook_id.rpartition("/")[2]
        return PlanAction(
            name=self.action_name,
            kind=_KINDS.get(kind, kind),
            words=details.description or runbook or details.path,
            operations=self.failover_types or (),
        )


class PlanItemShape(Shape):
    id: Text = ""


class GroupShape(Shape):
    group_type: Text = ""
    replication_protected_items: tuple[PlanItemShape, ...] | None = None
    start_group_actions: tuple[ActionShape, ...] | None = None
    end_group_actions: tuple[ActionShape, ...] | None = None

    def group(self) -> PlanGroup:
        """Say it in our words."""
        return PlanGroup(
            kind=self.group_type,
            items=tuple(item.id for item in self.replication_protected_items or ()),
            before=tuple(each.action() for each in self.start_group_actions or ()),
            after=tuple(each.action() for each in self.end_group_actions or ()),
        )


class PlanProperties(Shape):
    friendly_name: Text = ""
    primary_fabric_friendly_name: Text = ""
    recovery_fabric_friendly_name: Text = ""
    replication_providers: Annotated[tuple[str, ...] | None, OrElse(None)] = None
    allowed_operations: Annotated[tuple[str, ...] | None, OrElse(None)] = None
    last_test_failover_time: When = None
    last_unplanned_failover_time: When = None
    current_scenario: ScenarioShape | None = None
    current_scenario_status: Text = ""
    current_scenario_status_description: Text = ""
    groups: tuple[GroupShape, ...] | None = None


class PlanShape(Shape):
    id: str
    name: str
    properties: PlanProperties

    def plan(self, vault: str) -> Plan:
        """Say it in our words.

        The current scenario of a plan stays when it has ended: what runs is told by its status.
        """
        properties = self.properties
        scenario = properties.current_scenario or ScenarioShape()
        status = properties.current_scenario_status
        description = properties.current_scenario_status_description
        ended = status in _ENDED or description == _WAITS_FOR_CLEANUP
        return Plan(
            id=self.id,
            name=properties.friendly_name or self.name,
            vault=vault,
            providers=properties.replication_providers or (),
            primary=properties.primary_fabric_friendly_name,
            recovery=properties.recovery_fabric_friendly_name,
            allowed=properties.allowed_operations or (),
            scenario="" if ended else scenario.scenario_name,
            job=scenario.job_id,
            status=description or status,
            groups=tuple(each.group() for each in properties.groups or ()),
            tested_at=when(properties.last_test_failover_time),
            failed_over_at=when(properties.last_unplanned_failover_time),
        )
