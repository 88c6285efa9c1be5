"""A Site Recovery vault at the far end of the wire: Azure Resource Manager as a client meets it.

It keeps its own truth about machines, jobs and recovery points, checks every body exactly, moves
time by a `Clock`, and makes trouble when told to (`vault.trouble`).

There are two vaults behind one address, each in a subscription of its own. The first one's estate
is the demo's ("shop"), or has one of everything besides ("full").

What it is not. It is not Azure: nothing is replicated and no machine is ever started. It speaks
only what a client needs that fails machines over and back: Azure-to-Azure in depth, Hyper-V and
modern VMware there and back, classic VMware as far as the commit, recovery plans for Azure and
Hyper-V machines, enabling and disabling replication; no plans made or changed, no clusters, no
mobility service. Where the real service's answer is not known - the codes of its refusals, what an
Azure machine allows while a commit is pending, what becomes of a plan after a reprotect or of a
machine whose job is cancelled - it answers something of the right shape, and the file that does so
says that it is a guess. It checks tokens, not people, and it must only ever be bound to the
loopback address.

Files: `vault` is what tests hold, `front` the part of it that the web server sees. `world`,
`agenda`, `machines`, `states`, `plans`, `jobs` and `points` are the state; `estate`, `estate_*`,
`places`, `makers` and `ailments` are what it begins with. `operations`, `failovers`, `reprotects`,
`enabling`, `plan_operations` and `plan_steps` change it, by way of `work`, `subjobs`, `effects`,
`recipes`, `shapes` and `orders`. `bodies_*` and `details` write what is sent. `server`, `routes`,
`calls`, `reads`, `reads_around`, `writes`, `filters`, `polls`, `identity`, `roles` and `limits` are
the wire, `faults` its refusals, `trouble` is trouble and `disturbed` what it looks like.
"""

from sandbox.vault.front import Seen
from sandbox.vault.vault import Vault

__all__ = ["Seen", "Vault"]
