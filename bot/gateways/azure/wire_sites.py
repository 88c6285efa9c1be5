"""The shapes of sites, and of what items tell about the way they replicate."""

from typing import Annotated

from pydantic import AliasChoices, Field

from bot.domain.machines import segment
from bot.domain.sites import Replica, Server, Site
from bot.gateways.azure.wire import OrElse, Shape, Text

Names = Annotated[tuple[str, ...] | None, OrElse(None)]


class ServerShape(Shape):
    id: Annotated[str, OrElse("")] = Field(
        default="", validation_alias=AliasChoices("id", "accountId")
    )
    name: Annotated[str, OrElse("")] = Field(
        default="", validation_alias=AliasChoices("name", "friendlyName", "accountName")
    )
    accessible_datastores: Names = None

    def server(self) -> Server:
        """Say it in our words."""
        return Server(id=self.id, name=self.name, datastores=self.accessible_datastores or ())


Servers = Annotated[tuple[ServerShape, ...] | None, OrElse(None)]


class SiteDetailsShape(Shape):
    reprotect_agents: Servers = None
    process_servers: Servers = None
    master_target_servers: Servers = None
    run_as_accounts: Servers = None


class SiteProperties(Shape):
    friendly_name: Text = ""
    custom_details: Annotated[SiteDetailsShape | None, OrElse(None)] = None


class SiteShape(Shape):
    name: Text = ""
    properties: SiteProperties

    def site(self) -> Site:
        """Say it in our words."""
        details = self.properties.custom_details or SiteDetailsShape()
        return Site(
            name=self.properties.friendly_name or self.name,
            agents=_servers(details.reprotect_agents),
            process_servers=_servers(details.process_servers),
            master_targets=_servers(details.master_target_servers),
            accounts=_servers(details.run_as_accounts),
        )


class ReplicaDiskShape(Shape):
    vhd_id: Text = ""
    vhd_type: Text = ""
    log_storage_account_id: Text = ""


class OsShape(Shape):
    os_type: Text = ""


class DiscoveredShape(Shape):
    datastores: Names = None


Disks = Annotated[tuple[ReplicaDiskShape, ...] | None, OrElse(None)]


class ReplicaDetailsShape(Shape):
    """providerSpecificDetails of an item: what a reprotect may have to name."""

    instance_type: Text = ""
    vm_id: Text = ""
    os_type: Text = ""
    fabric_object_id: Text = ""
    recovery_azure_resource_group_id: Text = ""
    selected_recovery_azure_network_id: Text = ""
    o_s_details: Annotated[OsShape | None, OrElse(None)] = None
    azure_vm_disk_details: Disks = Field(
        default=None, validation_alias=AliasChoices("azureVmDiskDetails", "azureVMDiskDetails")
    )
    protected_disks: Disks = None
    recovery_azure_storage_account: Text = ""
    recovery_azure_log_storage_account_id: Text = ""
    log_storage_account_id: Text = ""
    reprotect_agent_id: Text = ""
    process_server_id: Text = ""
    master_target_id: Text = ""
    target_data_store_name: Text = ""
    discovered_vm_details: Annotated[DiscoveredShape | None, OrElse(None)] = None


class ReplicaProperties(Shape):
    friendly_name: Text = ""
    protectable_item_id: Text = ""
    provider_specific_details: Annotated[ReplicaDetailsShape, OrElse(ReplicaDetailsShape())] = (
        ReplicaDetailsShape()
    )


class ReplicaShape(Shape):
    id: str
    name: str
    properties: ReplicaProperties

    def replica(self) -> Replica:
        """Say it in our words."""
        properties, details = self.properties, self.properties.provider_specific_details
        named = (details.target_data_store_name,) if details.target_data_store_name else ()
        return Replica(
            id=self.id,
            name=properties.friendly_name or self.name,
            provider=details.instance_type,
            vm=details.vm_id
            or segment(properties.protectable_item_id, "replicationProtectableItems"),
            os=(details.o_s_details or OsShape()).os_type or details.os_type,
            os_disk=_os_disk(details.azure_vm_disk_details or ()),
            storage=details.recovery_azure_storage_account,
            log_storage=_log_storage(details),
            agent=details.reprotect_agent_id,
            process_server=details.process_server_id,
            master_target=details.master_target_id,
            source_vm=details.fabric_object_id,
            group=details.recovery_azure_resource_group_id,
            network=details.selected_recovery_azure_network_id,
            datastores=named
            or (details.discovered_vm_details or DiscoveredShape()).datastores
            or (),
        )


def _servers(shapes: tuple[ServerShape, ...] | None) -> tuple[Server, ...]:
    return tuple(one.server() for one in shapes or () if one.id)


def _os_disk(disks: tuple[ReplicaDiskShape, ...]) -> str:
    """Return the disk that says it holds the operating system; '' when not exactly one does."""
    found = [one.vhd_id for one in disks if one.vhd_type == "OperatingSystem"]
    return found[0] if len(found) == 1 else ""


def _log_storage(details: ReplicaDetailsShape) -> str:
    """Return the one account that the item, or each of its disks, names; '' when they differ."""
    own = details.log_storage_account_id or details.recovery_azure_log_storage_account_id
    by_disk = {one.log_storage_account_id for one in details.protected_disks or ()}
    return own or (by_disk.pop() if len(by_disk) == 1 else "")
