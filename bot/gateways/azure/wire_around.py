"""The shapes of a vault, its health, its events and its network mappings."""

from typing import Annotated

from bot.domain.vaults import Event, Issue, NetworkMapping, VaultHealth
from bot.gateways.azure.wire import OrElse, Shape, Text, When, when
from bot.gateways.azure.wire_items import HealthErrorShape


class VaultShape(Shape):
    id: str
    location: Text = ""


class FabricDetailsShape(Shape):
    instance_type: Text = ""


class FabricProperties(Shape):
    custom_details: FabricDetailsShape | None = None


class FabricShape(Shape):
    id: str
    properties: FabricProperties = FabricProperties()

    @property
    def azure(self) -> bool:
        """Whether it is a region of Azure, and no site."""
        details = self.properties.custom_details
        return details is not None and details.instance_type == "Azure"


class MappingSettingsShape(Shape):
    primary_fabric_location: Text = ""
    recovery_fabric_location: Text = ""


class NetworkMappingProperties(Shape):
    primary_network_id: Text = ""
    recovery_network_id: Text = ""
    primary_fabric_friendly_name: Text = ""
    recovery_fabric_friendly_name: Text = ""
    fabric_specific_settings: MappingSettingsShape | None = None


class NetworkMappingShape(Shape):
    properties: NetworkMappingProperties

    def mapping(self) -> NetworkMapping:
        """Say it in our words."""
        properties = self.properties
        settings = properties.fabric_specific_settings or MappingSettingsShape()
        return NetworkMapping(
            source=settings.primary_fabric_location or properties.primary_fabric_friendly_name,
            target=settings.recovery_fabric_location or properties.recovery_fabric_friendly_name,
            source_network=properties.primary_network_id,
            target_network=properties.recovery_network_id,
        )


class IssueShape(Shape):
    summary_code: Text = ""
    severity: Text = ""
    summary_message: Text = ""
    affected_resource_correlation_ids: Annotated[tuple[str, ...] | None, OrElse(None)] = None

    def issue(self) -> Issue:
        """Say it in our words."""
        return Issue(
            code=self.summary_code,
            severity=self.severity,
            message=self.summary_message,
            count=len(self.affected_resource_correlation_ids or ()),
        )


class ResourceHealthShape(Shape):
    issues: tuple[IssueShape, ...] | None = None
    categorized_resource_counts: Annotated[dict[str, int], OrElse({})] = {}


class VaultHealthProperties(Shape):
    vault_errors: tuple[HealthErrorShape, ...] | None = None
    protected_items_health: ResourceHealthShape | None = None
    fabrics_health: ResourceHealthShape | None = None
    containers_health: ResourceHealthShape | None = None


class VaultHealthShape(Shape):
    properties: VaultHealthProperties

    def health(self) -> VaultHealth:
        """Say it in our words."""
        properties = self.properties
        items = properties.protected_items_health or ResourceHealthShape()
        parts = (items, properties.fabrics_health, properties.containers_health)
        issues = [one.issue() for part in parts if part for one in part.issues or ()]
        return VaultHealth(
            counts=items.categorized_resource_counts,
            issues=tuple(issues),
            errors=tuple(one.finding() for one in properties.vault_errors or ()),
        )


class EventDetails(Shape):
    job_id: Text = ""
    job_friendly_name: Text = ""
    job_status: Text = ""


class EventProperties(Shape):
    event_code: Text = ""
    description: Text = ""
    event_type: Text = ""
    affected_object_friendly_name: Text = ""
    severity: Text = ""
    time_of_occurrence: When = None
    health_errors: tuple[HealthErrorShape, ...] | None = None
    event_specific_details: EventDetails | None = None


class EventShape(Shape):
    name: Text = ""
    properties: EventProperties

    def event(self) -> Event:
        """Say it in our words."""
        properties = self.properties
        details = properties.event_specific_details or EventDetails()
        return Event(
            name=self.name,
            at=when(properties.time_of_occurrence),
            severity=properties.severity,
            code=properties.event_code,
            kind=properties.event_type,
            about=properties.affected_object_friendly_name,
            words=properties.description,
            findings=tuple(one.finding() for one in properties.health_errors or ()),
            job=details.job_id,
            scenario=details.job_friendly_name,
            state=details.job_status,
        )
