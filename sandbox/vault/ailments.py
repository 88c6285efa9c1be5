"""What machines of the estate suffer from: health errors, each with its cause and its cure."""

from sandbox.vault.machines import Ailment

RPO_THRESHOLD_SECONDS = 30 * 60

SLOW_UPLOAD = Ailment(
    "78026",
    "Replication",
    "Error",
    "RPO threshold exceeded: the latest recovery point is 2 hours 13 minutes old.",
    "The data change rate of the disks is higher than the replication can upload, or the network "
    "connection to the cache storage account is slow.",
    "Check the churn of the disks and the network bandwidth of the virtual machine. If the rate "
    "stays high, switch to the High Churn option.",
)
LATE = Ailment(
    "78026",
    "Replication",
    "Warning",
    "RPO threshold exceeded: the latest recovery point is 34 minutes old.",
    "The data change rate of the disks was high for a short time.",
    "No action is needed when the recovery point objective returns below the threshold by itself.",
)
SILENT_AGENT = Ailment(
    "78174",
    "AgentHealth",
    "Error",
    "No heartbeat from the mobility service on the virtual machine.",
    "The virtual machine is turned off, or the mobility service on it is stopped or cut off.",
    "Start the virtual machine, make sure the mobility service runs and port 443 is open to the "
    "Site Recovery service.",
)
BLOCKED_UPLOAD = Ailment(
    "78028",
    "Replication",
    "Error",
    "Replication data upload blocked: nothing has reached the cache storage account for an hour.",
    "The process server can't reach the cache storage account over port 443.",
    "Check the firewall and the proxy of the replication appliance, then restart its services.",
)
OLD_AGENT = Ailment(
    "78072",
    "VersionExpiry",
    "Warning",
    "New mobility service version available: the one on the virtual machine expires in 12 days.",
    "The mobility service on the virtual machine has not been updated for four releases.",
    "Update the mobility service on the virtual machine before it expires.",
)
NEVER_TESTED = Ailment(
    "161011",
    "TestFailover",
    "Warning",
    "No successful test failover has been done for the virtual machine.",
    "A test failover has never been run.",
    "Run a test failover to make sure that the virtual machine fails over as expected.",
)
