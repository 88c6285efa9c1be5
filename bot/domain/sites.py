"""What a site and its machines tell about the way a machine replicates, in our words.

It is read when somebody asks for a reprotect, and only what is used is kept.
"""

from bot.domain.data import Data


class Server(Data):
    """A server of a site: a reprotect agent, a process server, a master target, an account."""

    id: str
    name: str = ""
    datastores: tuple[str, ...] = ()
    """The datastores that a reprotect agent can write to."""


class Site(Data):
    """A fabric: what stands there beside the machines."""

    name: str
    agents: tuple[Server, ...] = ()
    process_servers: tuple[Server, ...] = ()
    master_targets: tuple[Server, ...] = ()
    accounts: tuple[Server, ...] = ()


class Replica(Data):
    """How one machine replicates; what its provider does not tell is ''."""

    id: str
    name: str
    provider: str
    vm: str = ""
    """The id by which the Hyper-V host knows it."""
    os: str = ""
    os_disk: str = ""
    """The id of the disk that it starts from."""
    storage: str = ""
    """The storage account in Azure that it is replicated to."""
    log_storage: str = ""
    agent: str = ""
    process_server: str = ""
    master_target: str = ""
    datastores: tuple[str, ...] = ()
    """The datastores that it lay on, or is replicated to."""
    source_vm: str = ""
    """The id of the virtual machine in Azure that is replicated."""
    group: str = ""
    """The id of the resource group in Azure that it is replicated to."""
    network: str = ""
    """The id of the virtual network in Azure that it is to run in."""


class ContainerMapping(Data):
    """A protection container mapping: from which container to which, under which policy."""

    source: str
    target: str
    policy: str
    provider: str = ""
    name: str = ""
    there: str = ""
    """What people call the region that is mapped to."""
