"""The shapes of Site Recovery's answers, and how they become our own words.

Only what we need is read; unknown fields and values pass. Dates come naive, aware, from the year
1, from 1753 and from 9999: what is not a date in our time is None.
"""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from bot.domain.machines import (
    Disk,
    Finding,
    Job,
    JobError,
    JobStep,
    Machine,
    Point,
    segment,
)
from bot.errors import Unavailable

_EARLIEST, _LATEST = 1754, 9998


def _text(value: object) -> object:
    return "" if value is None else value


def _many(value: object) -> object:
    return () if value is None else value


def _when(value: object) -> object:
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if not _EARLIEST <= when.year <= _LATEST:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


Text = Annotated[str, BeforeValidator(_text)]
When = Annotated[datetime | None, BeforeValidator(_when)]


class Shape(BaseModel):
    """A part of an answer: camelCase on the wire, strangers ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


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
    tags: Annotated[dict[str, str], BeforeValidator(lambda v: v or {})] = {}


class DetailsShape(Shape):
    """providerSpecificDetails of an item, of whatever provider."""

    instance_type: Text = ""
    fabric_object_id: Text = ""
    recovery_fabric_object_id: Text = ""
    primary_fabric_location: Text = ""
    recovery_fabric_location: Text = ""
    initial_primary_fabric_location: Text = ""
    recovery_azure_resource_group_id: Text = ""
    rpo_in_seconds: int | None = None
    last_rpo_calculated_time: When = None
    monitoring_percentage_completion: int | None = None
    protected_managed_disks: Annotated[tuple[DiskShape, ...], BeforeValidator(_many)] = ()
    vm_synced_config_details: SyncedConfigShape | None = None


class ItemProperties(Shape):
    friendly_name: Text = ""
    protection_state: Text = ""
    protection_state_description: Text = ""
    active_location: Text = ""
    test_failover_state: Text = ""
    allowed_operations: Annotated[tuple[str, ...], BeforeValidator(_many)] = ()
    replication_health: Text = ""
    health_errors: Annotated[tuple[HealthErrorShape, ...], BeforeValidator(_many)] = ()
    policy_id: Text = ""
    primary_fabric_friendly_name: Text = ""
    recovery_fabric_friendly_name: Text = ""
    recovery_container_id: Text = ""
    current_scenario: ScenarioShape | None = None
    provider_specific_details: DetailsShape = DetailsShape()


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
        return Machine(
            id=self.id,
            name=properties.friendly_name or self.name,
            item=self.name,
            vault=vault,
            provider=details.instance_type,
            state=properties.protection_state,
            state_words=properties.protection_state_description or properties.protection_state,
            active=properties.active_location,
            allowed=properties.allowed_operations,
            health=properties.replication_health,
            findings=tuple(_finding(error) for error in properties.health_errors),
            scenario=busy,
            job=scenario.job_id if busy else "",
            test_state=properties.test_failover_state,
            primary_region=primary,
            recovery_region=recovery,
            region_names={primary: primary_name, recovery: recovery_name},
            home_region=details.initial_primary_fabric_location or primary,
            rpo_seconds=details.rpo_in_seconds,
            rpo_at=details.last_rpo_calculated_time,
            progress=details.monitoring_percentage_completion,
            source_vm=details.fabric_object_id,
            failed_over_vm=details.recovery_fabric_object_id,
            recovery_group=details.recovery_azure_resource_group_id,
            recovery_container=properties.recovery_container_id,
            policy=properties.policy_id,
            disks=tuple(_disk(disk) for disk in details.protected_managed_disks),
            tags=(details.vm_synced_config_details or SyncedConfigShape()).tags,
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
        at = self.properties.recovery_point_time
        kind = self.properties.recovery_point_type
        return Point(id=self.id, name=self.name, at=at, kind=kind) if at else None


class ServiceErrorShape(Shape):
    code: Text = ""
    message: Text = ""
    possible_causes: Text = ""
    recommended_action: Text = ""


class ProviderErrorShape(Shape):
    error_code: int | None = None
    error_message: Text = ""
    possible_causes: Text = ""
    recommended_action: Text = ""


class JobErrorShape(Shape):
    service_error_details: ServiceErrorShape | None = None
    provider_error_details: ProviderErrorShape | None = None

    def error(self) -> JobError:
        """Say it in our words: the service's error, with the provider's where that is silent."""
        service = self.service_error_details or ServiceErrorShape()
        provider = self.provider_error_details or ProviderErrorShape()
        return JobError(
            code=service.code or str(provider.error_code or ""),
            message=service.message or provider.error_message,
            causes=service.possible_causes or provider.possible_causes,
            action=service.recommended_action or provider.recommended_action,
        )


class GroupShape(Shape):
    child_tasks: Annotated[tuple["TaskShape", ...], BeforeValidator(_many)] = ()


class TaskShape(Shape):
    task_id: Text = ""
    name: Text = ""
    friendly_name: Text = ""
    state: Text = ""
    state_description: Text = ""
    start_time: When = None
    end_time: When = None
    group_task_custom_details: GroupShape | None = None

    def steps(self, depth: int = 0) -> tuple[JobStep, ...]:
        """Say it in our words, the nested tasks behind it."""
        skipped = self.state_description == "Skipped"
        step = JobStep(
            name=self.friendly_name or self.name or self.task_id,
            state="Skipped" if skipped else self.state,
            depth=depth,
            started=self.start_time,
            ended=self.end_time,
        )
        nested = self.group_task_custom_details or GroupShape()
        return (step, *(one for t in nested.child_tasks for one in t.steps(depth + 1)))


class JobDetailsShape(Shape):
    new_replication_protected_item_id: Text = ""


class JobProperties(Shape):
    activity_id: Text = ""
    scenario_name: Text = ""
    state: Text = ""
    state_description: Text = ""
    target_object_name: Text = ""
    start_time: When = None
    end_time: When = None
    tasks: Annotated[tuple[TaskShape, ...], BeforeValidator(_many)] = ()
    errors: Annotated[tuple[JobErrorShape, ...], BeforeValidator(_many)] = ()
    allowed_actions: Annotated[tuple[str, ...], BeforeValidator(_many)] = ()
    custom_details: JobDetailsShape | None = None


class JobShape(Shape):
    id: str
    name: str
    properties: JobProperties

    def job(self) -> Job:
        """Say it in our words."""
        properties = self.properties
        details = properties.custom_details or JobDetailsShape()
        return Job(
            id=self.id,
            name=self.name,
            scenario=properties.scenario_name,
            state=properties.state,
            words=properties.state_description,
            target=properties.target_object_name,
            started=properties.start_time,
            ended=properties.end_time,
            activity=properties.activity_id,
            steps=tuple(step for task in properties.tasks for step in task.steps()),
            errors=tuple(error.error() for error in properties.errors),
            actions=properties.allowed_actions,
            moved_to=details.new_replication_protected_item_id,
        )


class MappingProperties(Shape):
    target_protection_container_id: Text = ""
    policy_id: Text = ""


class MappingShape(Shape):
    id: str
    properties: MappingProperties

    @property
    def source(self) -> str:
        """The id of the container that is mapped from."""
        return self.id.rsplit("/", 2)[0]


class NamedShape(Shape):
    """Anything of which we need the id alone."""

    id: str


class ManagedDiskShape(Shape):
    id: Text = ""
    storage_account_type: Text = ""


class VmDiskShape(Shape):
    name: Text = ""
    managed_disk: ManagedDiskShape | None = None


class StorageProfileShape(Shape):
    os_disk: VmDiskShape | None = None
    data_disks: Annotated[tuple[VmDiskShape, ...], BeforeValidator(_many)] = ()


class VmProperties(Shape):
    storage_profile: StorageProfileShape = StorageProfileShape()


class VmShape(Shape):
    id: str
    properties: VmProperties

    def disks(self) -> tuple[Disk, ...]:
        """Return its managed disks, without cache accounts."""
        profile = self.properties.storage_profile
        every = ((profile.os_disk,) if profile.os_disk else ()) + profile.data_disks
        return tuple(
            Disk(
                id=d.managed_disk.id, name=d.name, account_type=d.managed_disk.storage_account_type
            )
            for d in every
            if d.managed_disk and d.managed_disk.id
        )


ShapeT = TypeVar("ShapeT", bound=Shape)


class Page(Shape, Generic[ShapeT]):
    """A page of a list."""

    value: Annotated[list[ShapeT], BeforeValidator(lambda v: v or [])] = []
    next_link: Text = ""


def pages_of(shape: type[ShapeT]) -> type[Page[ShapeT]]:
    """Return the model of a page of such shapes (pydantic makes each once)."""
    return Page[shape]  # type: ignore[valid-type]


def read(shape: type[ShapeT], body: bytes) -> ShapeT:
    """Read an answer; raises `Unavailable` when it is not what it should be."""
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise Unavailable(
            f"Azure's answer could not be read ({first['type']} at {first['loc']})."
        ) from error


def _finding(error: HealthErrorShape) -> Finding:
    return Finding(
        code=error.error_code,
        level=error.error_level,
        message=error.error_message or error.summary_message,
        causes=error.possible_causes,
        action=error.recommended_action,
    )


def _disk(disk: DiskShape) -> Disk:
    return Disk(
        id=disk.disk_id,
        name=disk.disk_name or segment(disk.disk_id, "disks"),
        cache_account=disk.primary_staging_azure_storage_account_id,
        account_type=disk.recovery_target_disk_account_type,
    )
