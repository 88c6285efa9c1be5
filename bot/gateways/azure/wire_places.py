"""The shapes of container mappings, virtual machines, and things of which the id is enough."""

from bot.domain.machines import Disk
from bot.domain.sites import ContainerMapping
from bot.gateways.azure.wire import Shape, Text


class MappingDetailsShape(Shape):
    instance_type: Text = ""


class MappingProperties(Shape):
    target_protection_container_id: Text = ""
    policy_id: Text = ""
    target_fabric_friendly_name: Text = ""
    provider_specific_details: MappingDetailsShape | None = None


class MappingShape(Shape):
    id: str
    properties: MappingProperties

    def mapping(self) -> ContainerMapping:
        """Say it in our words."""
        above, _, name = self.id.rpartition("/")
        details = self.properties.provider_specific_details or MappingDetailsShape()
        return ContainerMapping(
            source=above.rpartition("/")[0],
            target=self.properties.target_protection_container_id,
            policy=self.properties.policy_id,
            provider=details.instance_type,
            name=name,
            there=self.properties.target_fabric_friendly_name,
        )


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
    data_disks: tuple[VmDiskShape, ...] | None = None


class VmProperties(Shape):
    storage_profile: StorageProfileShape = StorageProfileShape()


class VmShape(Shape):
    id: str
    properties: VmProperties

    def disks(self) -> tuple[Disk, ...]:
        """Return its managed disks, without cache accounts."""
        profile = self.properties.storage_profile
        every = ((profile.os_disk,) if profile.os_disk else ()) + (profile.data_disks or ())
        return tuple(
            Disk(
                id=d.managed_disk.id, name=d.name, account_type=d.managed_disk.storage_account_type
            )
            for d in every
            if d.managed_disk and d.managed_disk.id
        )
