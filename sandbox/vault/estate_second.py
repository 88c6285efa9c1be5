"""The estate of the second vault, in another subscription: three machines and no plan.

One machine is called `vm-web02`, like one of the first vault's.
"""

from datetime import datetime
from random import Random

from sandbox.vault.estate import Estate, Pairing, wire
from sandbox.vault.machines import POLICY_OF
from sandbox.vault.makers import Role, Route, azure_machine
from sandbox.vault.names import SECOND
from sandbox.vault.places import SECOND_CACHE_ACCOUNTS, UK_SOUTH, UK_WEST

_NAMES = ("vm-web02", "vm-depot01", "vm-scan01")


def second(now: datetime, rng: Random) -> Estate:
    """Make the estate as it stands at `now`."""
    route = Route(UK_SOUTH, UK_WEST, SECOND_CACHE_ACCOUNTS["uksouth"])
    policy, role = POLICY_OF["A2A"], Role("rg-logistics")
    estate = Estate(
        SECOND,
        (UK_SOUTH, UK_WEST),
        (Pairing(UK_SOUTH, UK_WEST, policy), Pairing(UK_WEST, UK_SOUTH, policy)),
        SECOND_CACHE_ACCOUNTS,
        [azure_machine(name, role, now, rng, route) for name in _NAMES],
    )
    wire(estate)
    return estate
