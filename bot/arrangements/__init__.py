"""The commands that change something of ours, at once: no request, no approval, no call of Azure.

Each is one function from an order to plain data, written down in the audit log by the same script
that makes the change. `bot.queries` has those that only look, `bot.domain.operations` those that
ask for something.
"""

from bot.arrangements import delegations, locks
from bot.arrangements.registry import Order
from bot.queries import VERBS

__all__ = ["VERBS", "Order", "delegations", "locks"]
