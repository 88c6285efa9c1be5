"""The shapes of what is not protected: virtual machines, protectable items, and their places."""

from typing import Annotated

from pydantic import Field

from bot.domain.candidates import Candidate, Cover, VirtualMachine, Volume
from bot.domain.machines import HYPER_V
from bot.gateways.azure.wire import Maybe, OrElse, Shape, Text, Whole

_SYSTEM = "OperatingSystem"
_MEGABYTES = 1024


class PlaceDetailsShape(Shape):
    location: Text = ""


class PlaceProperties(Shape):
    friendly_name: Text = ""
    custom_details: Annotated[PlaceDetailsShape, OrElse(PlaceDetailsShape())] = PlaceDetailsShape()


class PlaceShape(Shape):
    """A fabric: a region or a site."""

    id: str
    name: Text = ""
    properties: PlaceProperties = PlaceProperties()

    @property
    def title(self) -> str:
        """What people call it."""
        return self.properties.friendly_name or self.name

    @property
    def place(self) -> str:
        """The code of the region, or the name of the site."""
        return self.properties.custom_details.location or self.title


class ManagedShape(Shape):
    id: Text = ""
    storage_account_type: Text = ""


class VolumeShape(Shape):
    name: Text = ""
    os_type: Text = ""
    gigabytes: Whole = Field(default=None, validation_alias="diskSizeGB")
    managed_disk: Maybe[ManagedShape] = None

    def volume(self, *, system: bool) -> Volume | None:
        """Say it in our words; None for a disk that is not a managed one."""
        managed = self.managed_disk
        if managed is None or not managed.id:
            return None
        return Volume(
            id=managed.id,
            name=self.name,
            account_type=managed.storage_account_type,
            gigabytes=self.gigabytes or 0,
            system=system,
        )


class StorageShape(Shape):
    os_disk: Maybe[VolumeShape] = None
    data_disks: Maybe[tuple[VolumeShape, ...]] = None


class InterfaceProperties(Shape):
    primary: Annotated[bool, OrElse(False)] = False


class InterfaceReferenceShape(Shape):
    id: Text = ""
    properties: Annotated[InterfaceProperties, OrElse(InterfaceProperties())] = (
        InterfaceProperties()
    )


class NetworkProfileShape(Shape):
    network_interfaces: Maybe[tuple[InterfaceReferenceShape, ...]] = None


class VirtualMachineProperties(Shape):
    storage_profile: Annotated[StorageShape, OrElse(StorageShape())] = StorageShape()
    network_profile: Annotated[NetworkProfileShape, OrElse(NetworkProfileShape())] = (
        NetworkProfileShape()
    )


class VirtualMachineShape(Shape):
    id: str
    name: Text = ""
    location: Text = ""
    properties: VirtualMachineProperties = VirtualMachineProperties()

    def machine(self) -> VirtualMachine:
        """Say it in our words, its system disk first."""
        storage = self.properties.storage_profile
        system = (storage.os_disk,) if storage.os_disk else ()
        disks = [one.volume(system=True) for one in system]
        disks += [one.volume(system=False) for one in storage.data_disks or ()]
        volumes = tuple(one for one in disks if one)
        return VirtualMachine(
            id=self.id,
            name=self.name,
            region=self.location,
            os=storage.os_disk.os_type if storage.os_disk else "",
            volumes=volumes,
            unmanaged=len(disks) - len(volumes),
            interface=self._interface(),
        )

    def _interface(self) -> str:
        """Return the primary network interface; of one alone nobody says so."""
        found = self.properties.network_profile.network_interfaces or ()
        primary = [one.id for one in found if one.properties.primary or len(found) == 1]
        return primary[0] if len(primary) == 1 else ""


class SubnetShape(Shape):
    id: Text = ""


class AddressProperties(Shape):
    subnet: Maybe[SubnetShape] = None


class AddressShape(Shape):
    properties: Annotated[AddressProperties, OrElse(AddressProperties())] = AddressProperties()


class InterfaceDetails(Shape):
    ip_configurations: Maybe[tuple[AddressShape, ...]] = None


class InterfaceShape(Shape):
    """A network interface: which virtual network it is in."""

    properties: InterfaceDetails = InterfaceDetails()

    @property
    def network(self) -> str:
        """The id of the one virtual network; '' when none is told."""
        found = {
            one.properties.subnet.id.partition("/subnets/")[0]
            for one in self.properties.ip_configurations or ()
            if one.properties.subnet and one.properties.subnet.id
        }
        return found.pop() if len(found) == 1 else ""


class VhdShape(Shape):
    megabytes: Whole = Field(default=None, validation_alias="maxSizeMB")
    vhd_type: Text = ""
    vhd_id: Text = ""
    vhd_name: Text = ""

    def volume(self) -> Volume:
        """Say it in our words."""
        return Volume(
            id=self.vhd_id,
            name=self.vhd_name,
            gigabytes=(self.megabytes or 0) // _MEGABYTES,
            system=self.vhd_type == _SYSTEM,
        )


class SystemShape(Shape):
    os_type: Text = ""


class ItemDetailsShape(Shape):
    source_item_id: Text = ""
    os_details: Maybe[SystemShape] = None
    disk_details: Maybe[tuple[VhdShape, ...]] = None


class ProtectableProperties(Shape):
    friendly_name: Text = ""
    protection_status: Text = ""
    replication_protected_item_id: Text = ""
    protection_readiness_errors: Maybe[tuple[str, ...]] = None
    custom_details: Annotated[ItemDetailsShape, OrElse(ItemDetailsShape())] = ItemDetailsShape()


class ProtectableShape(Shape):
    """A machine of a site."""

    id: str
    name: Text = ""
    properties: ProtectableProperties = ProtectableProperties()

    @property
    def protected(self) -> bool:
        """Whether it has a protected item already."""
        told = self.properties
        return bool(told.replication_protected_item_id) or told.protection_status == "Protected"

    def candidate(self, cover: Cover) -> Candidate:
        """Say it in our words."""
        told, details = self.properties, self.properties.custom_details
        return Candidate(
            id=self.id,
            name=told.friendly_name or self.name,
            vault=cover.vault,
            provider=HYPER_V,
            place=cover.place,
            here=cover.title,
            container=cover.container,
            host_vm=details.source_item_id or self.name,
            os=details.os_details.os_type if details.os_details else "",
            volumes=tuple(one.volume() for one in details.disk_details or () if one.vhd_id),
            unready=told.protection_readiness_errors or (),
        )
