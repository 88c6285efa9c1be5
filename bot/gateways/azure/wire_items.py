"""The shapes of protected items and recovery points, and how they become machines and points.

Items come by the thousand: what is said in our words here is said of a shape and of its twin (see
`wire_lists`), in which a text that is missing is None.
"""

from typing import Annotated, Final

from bot.domain.machines import RCM_BACK, Disk, Finding, Machine, Point, segment
from bot.gateways.azure.wire import Maybe, OrElse, Shape, Text, When, Whole, made, when
from bot.gateways.azure.wire_lists import ListedShape


class HealthErrorShape(Shape):
    error_code: Text = ""
    error_level: Text = ""
    error_message: Text = ""
    summary_message: Text = ""
    possible_causes: Text = ""
    recommended_action: Text = ""

    def finding(self) -> Finding:
        """Say it in our words."""
        return made(
            Finding,
            code=self.error_code or "",
            level=self.error_level or "",
            message=self.error_message or self.summary_message or "",
            causes=self.possible_causes or "",
            action=self.recommended_action or "",
        )


class ScenarioShape(Shape):
    scenario_name: Text = ""
    job_id: Text = ""


class DiskShape(Shape):
    disk_id: Text = ""
    disk_name: Text = ""
    primary_staging_azure_storage_account_id: Text = ""
    recovery_target_disk_account_type: Text = ""

    def disk(self) -> Disk:
        """Say it in our words."""
        return made(
            Disk,
            id=self.disk_id or "",
            name=self.disk_name or segment(self.disk_id, "disks"),
            cache_account=self.primary_staging_azure_storage_account_id or "",
            account_type=self.recovery_target_disk_account_type or "",
        )


class SyncedConfigShape(Shape):
    tags: Annotated[dict[str, str | None], OrElse({})] = {}


class AgentShape(Shape):
    """The mobility agent of a machine that the modern VMware provider replicates."""

    version: Text = ""
    agent_version_expiry_date: When = None
    last_heartbeat_utc: When = None


class InitialShape(Shape):
    """How far the first copy of a Hyper-V machine is."""

    initial_replication_progress_percentage: Whole = None


class DetailsShape(Shape):
    """providerSpecificDetails of an item, of whatever provider."""

    instance_type: Text = ""
    fabric_object_id: Text = ""
    recovery_fabric_object_id: Text = ""
    primary_fabric_location: Text = ""
    recovery_fabric_location: Text = ""
    initial_primary_fabric_location: Text = ""
    selected_tfo_azure_network_id: Text = ""
    selected_recovery_azure_network_id: Text = ""
    target_network_id: Text = ""
    test_network_id: Text = ""
    last_heartbeat: When = None
    agent_version: Text = ""
    agent_expiry_date: When = None
    mobility_agent_details: Maybe[AgentShape] = None
    unprotected_disks: Maybe[tuple[Shape, ...]] = None
    rpo_in_seconds: Whole = None
    last_rpo_in_seconds: Whole = None
    last_rpo_calculated_time: When = None
    monitoring_percentage_completion: Whole = None
    initial_replication_progress_percentage: Whole = None
    initial_replication_details: Maybe[InitialShape] = None
    protected_managed_disks: Maybe[tuple[DiskShape, ...]] = None
    vm_synced_config_details: Maybe[SyncedConfigShape] = None
    multi_vm_group_name: Text = ""
    protection_cluster_id: Text = ""


class ItemProperties(Shape):
    friendly_name: Text = ""
    protection_state: Text = ""
    protection_state_description: Text = ""
    active_location: Text = ""
    test_failover_state: Text = ""
    last_successful_test_failover_time: When = None
    allowed_operations: Maybe[tuple[str, ...]] = None
    replication_health: Text = ""
    health_errors: Maybe[tuple[HealthErrorShape, ...]] = None
    policy_id: Text = ""
    primary_fabric_friendly_name: Text = ""
    recovery_fabric_friendly_name: Text = ""
    recovery_container_id: Text = ""
    current_scenario: Maybe[ScenarioShape] = None
    provider_specific_details: Maybe[DetailsShape] = None


_NO_PROPERTIES: Final = ItemProperties()
_NO_SCENARIO: Final = ScenarioShape()
_NO_DETAILS: Final = DetailsShape()
_NO_AGENT: Final = AgentShape()
_NO_CONFIG: Final = SyncedConfigShape()


class ItemShape(ListedShape):
    """Patient but for the id: one odd machine must not hide the others of its page."""

    id: str
    name: Text = ""
    properties: Maybe[ItemProperties] = None

    def machine(self, vault: str) -> Machine:
        """Say it in our words."""
        item = self.name or segment(self.id, "replicationProtectedItems")
        properties = self.properties or _NO_PROPERTIES
        details = properties.provider_specific_details or _NO_DETAILS
        scenario = properties.current_scenario or _NO_SCENARIO
        busy = "" if scenario.scenario_name == "None" else scenario.scenario_name or ""
        primary_name = properties.primary_fabric_friendly_name or ""
        recovery_name = properties.recovery_fabric_friendly_name or ""
        agent = details.mobility_agent_details or _NO_AGENT
        tags = (details.vm_synced_config_details or _NO_CONFIG).tags or {}
        primary = details.primary_fabric_location or primary_name
        recovery = details.recovery_fabric_location or recovery_name
        return made(
            Machine,
            sort="machine",
            id=self.id,
            name=properties.friendly_name or item,
            item=item,
            vault=vault,
            provider=details.instance_type or "",
            state=properties.protection_state or "",
            state_words=properties.protection_state_description
            or properties.protection_state
            or "",
            active=properties.active_location or "",
            allowed=properties.allowed_operations or (),
            health=properties.replication_health or "",
            findings=tuple([one.finding() for one in properties.health_errors or ()]),
            scenario=busy,
            job=busy and (scenario.job_id or ""),
            test_state=properties.test_failover_state or "",
            primary_region=primary,
            recovery_region=recovery,
            region_names={primary: primary_name, recovery: recovery_name},
            home_region=details.initial_primary_fabric_location
            or (recovery if details.instance_type == RCM_BACK else primary),
            rpo_seconds=_either(details.rpo_in_seconds, details.last_rpo_in_seconds),
            rpo_at=when(details.last_rpo_calculated_time),
            progress=_either(
                details.monitoring_percentage_completion,
                details.initial_replication_progress_percentage
                if details.initial_replication_details is None
                else details.initial_replication_details.initial_replication_progress_percentage,
            ),
            source_vm=details.fabric_object_id or "",
            failed_over_vm=details.recovery_fabric_object_id or "",
            tested_at=when(properties.last_successful_test_failover_time),
            heartbeat=when(details.last_heartbeat, agent.last_heartbeat_utc),
            agent=details.agent_version or agent.version or "",
            agent_expires=when(details.agent_expiry_date, agent.agent_version_expiry_date),
            unprotected_disks=len(details.unprotected_disks or ()),
            recovery_network=details.selected_recovery_azure_network_id
            or details.target_network_id
            or "",
            test_network=details.selected_tfo_azure_network_id or details.test_network_id or "",
            recovery_container=properties.recovery_container_id or "",
            policy=properties.policy_id or "",
            disks=tuple([one.disk() for one in details.protected_managed_disks or ()]),
            together=details.multi_vm_group_name or "",
            cluster=segment(details.protection_cluster_id, "replicationProtectionClusters"),
            tags={name: value or "" for name, value in tags.items()},
        )


class PointDetailsShape(Shape):
    recovery_point_sync_type: Text = ""
    is_multi_vm_sync_point: Text = ""


class PointProperties(Shape):
    recovery_point_time: When = None
    recovery_point_type: Text = ""
    provider_specific_details: PointDetailsShape | None = None


class PointShape(Shape):
    id: str
    name: str
    properties: PointProperties

    def point(self) -> Point | None:
        """Say it in our words; None for a point without a time."""
        at = when(self.properties.recovery_point_time)
        if at is None:
            return None
        details = self.properties.provider_specific_details or PointDetailsShape()
        return Point(
            id=self.id,
            name=self.name,
            at=at,
            kind=self.properties.recovery_point_type,
            shared=details.recovery_point_sync_type == "MultiVmSyncRecoveryPoint"
            or details.is_multi_vm_sync_point.casefold() == "true",
        )


def _either(one: int | None, other: int | None) -> int | None:
    return other if one is None else one
