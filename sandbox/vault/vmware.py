"""What stands at a VMware site beside its machines: the appliance, its agents, its datastores."""

from sandbox.vault.machines import Place
from sandbox.vault.names import guid

DATASTORES = ("datastore-01", "datastore-02")


def process_server(site: Place) -> str:
    """The id of the process server, which sends the data."""
    return guid("process-server", site.fabric)


def reprotect_agents(site: Place) -> dict[str, str]:
    """The ids of the agents that receive data on the way home, by name: one on each appliance."""
    return {
        f"appliance-{site.region}": guid("reprotect-agent", site.fabric),
        f"appliance-{site.region}-2": guid("reprotect-agent", site.fabric, "2"),
    }


def run_as_account(site: Place) -> str:
    """The id of the account that the appliance logs on with."""
    return guid("run-as-account", site.fabric)
