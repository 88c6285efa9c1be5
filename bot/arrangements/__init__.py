"""The commands that do something of ours, at once: no request, no approval, no call of Azure.

Each is one function from an order to plain data, and is written down in the audit log.
`bot.queries` has those that only look, `bot.domain.operations` those that ask for something.
"""

from bot.arrangements import delegations, incidents, locks, nudging
from bot.arrangements.registry import Order
from bot.queries import VERBS

__all__ = ["VERBS", "Order", "delegations", "incidents", "locks", "nudging"]
