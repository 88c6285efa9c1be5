"""What stands at a VMware site beside its machines: the appliance, its agents, its datastores."""

from sandbox.vault.machines import Place
from sandbox.vault.names import guid

DATASTORES = ("datastore-01", "datastore-02")


def process_server(site: Place) -> str:
    """The id of the process server, which sends the data."""
    return guid("process-server", site.fabric)


def reprotect_agent(site: Place) -> str:
    """The id of the agent that receives data on the way home."""
    return guid("reprotect-agent", site.fabric)


def run_as_account(site: Place) -> str:
    """The id of the account that the appliance logs on with."""
    return guid("run-as-account", site.fabric)
