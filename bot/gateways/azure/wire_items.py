"""The shapes of protected items and recovery points, and how they become machines and points."""

from typing import Annotated

from bot.domain.machines import Disk, Finding, Machine, Point, segment
from bot.gateways.azure.wire import Maybe, OrElse, Shape, Text, When, Whole, made, when


class HealthErrorShape(Shape):
    error_code: Text = ""
    error_level: Text = ""
    error_message: Text = ""
    summary_message: Text = ""
    possible_causes: Text = ""
    recommended_action: Text = ""


class ScenarioShape(Shape):
    scenario_name: Text = ""
    job_id: Text = ""


class DiskShape(Shape):
    disk_id: Text = ""
    disk_name: Text = ""
    primary_staging_azure_storage_account_id: Text = ""
    recovery_target_disk_account_type: Text = ""


class SyncedConfigShape(Shape):
    tags: Annotated[dict[str, str | None], OrElse({})] = {}


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
    last_heartbeat: When = None
    agent_expiry_date: When = None
    unprotected_disks: Maybe[tuple[Shape, ...]] = None
    rpo_in_seconds: Whole = None
    last_rpo_calculated_time: When = None
    monitoring_percentage_completion: Whole = None
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
    provider_specific_details: Annotated[DetailsShape, OrElse(DetailsShape())] = DetailsShape()


class ItemShape(Shape):
    id: str
    name: str
    properties: ItemProperties

    def machine(self, vault: str) -> Machine:
        """Say it in our words."""
        properties, details = self.properties, self.properties.provider_specific_details
        scenario = properties.current_scenario or ScenarioShape()
        busy = "" if scenario.scenario_name == "None" else scenario.scenario_name
        primary_name = properties.primary_fabric_friendly_name
        recovery_name = properties.recovery_fabric_friendly_name
        primary = details.primary_fabric_location or primary_name
        recovery = details.recovery_fabric_location or recovery_name
        return made(
            Machine,
            id=self.id,
            name=properties.friendly_name or self.name,
            item=self.name,
            vault=vault,
            provider=details.instance_type,
            state=properties.protection_state,
            state_words=properties.protection_state_description or properties.protection_state,
            active=properties.active_location,
            allowed=properties.allowed_operations or (),
            health=properties.replication_health,
            findings=tuple(_finding(error) for error in properties.health_errors or ()),
            scenario=busy,
            job=scenario.job_id if busy else "",
            test_state=properties.test_failover_state,
            primary_region=primary,
            recovery_region=recovery,
            region_names={primary: primary_name, recovery: recovery_name},
            home_region=details.initial_primary_fabric_location or primary,
            rpo_seconds=details.rpo_in_seconds,
            rpo_at=when(details.last_rpo_calculated_time),
            progress=details.monitoring_percentage_completion,
            source_vm=details.fabric_object_id,
            failed_over_vm=details.recovery_fabric_object_id,
            tested_at=when(properties.last_successful_test_failover_time),
            heartbeat=when(details.last_heartbeat),
            agent_expires=when(details.agent_expiry_date),
            unprotected_disks=len(details.unprotected_disks or ()),
            recovery_network=details.selected_recovery_azure_network_id,
            test_network=details.selected_tfo_azure_network_id,
            recovery_container=properties.recovery_container_id,
            policy=properties.policy_id,
            disks=tuple(_disk(disk) for disk in details.protected_managed_disks or ()),
            together=details.multi_vm_group_name,
            cluster=segment(details.protection_cluster_id, "replicationProtectionClusters"),
            tags={k: v or "" for k, v in _tags(details).items()},
        )


class PointProperties(Shape):
    recovery_point_time: When = None
    recovery_point_type: Text = ""


class PointShape(Shape):
    id: str
    name: str
    properties: PointProperties

    def point(self) -> Point | None:
        """Say it in our words; None for a point without a time."""
        at = when(self.properties.recovery_point_time)
        kind = self.properties.recovery_point_type
        return Point(id=self.id, name=self.name, at=at, kind=kind) if at else None


def _tags(details: DetailsShape) -> dict[str, str | None]:
    return (details.vm_synced_config_details or SyncedConfigShape()).tags


def _finding(error: HealthErrorShape) -> Finding:
    return made(
        Finding,
        code=error.error_code,
        level=error.error_level,
        message=error.error_message or error.summary_message,
        causes=error.possible_causes,
        action=error.recommended_action,
    )


def _disk(disk: DiskShape) -> Disk:
    return made(
        Disk,
        id=disk.disk_id,
        name=disk.disk_name or segment(disk.disk_id, "disks"),
        cache_account=disk.primary_staging_azure_storage_account_id,
        account_type=disk.recovery_target_disk_account_type,
    )
