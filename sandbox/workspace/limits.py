"""How often a method may be called: Slack's published tiers, as sliding windows.

Limits run in real time, because the app at the other end does; a hurried sandbox clock must not
make the limiter lenient. Slack promises *at least* these rates; here they are exact.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """At most `calls` in any `seconds`."""

    calls: int
    seconds: float = 60.0


TIER_1, TIER_2, TIER_3, TIER_4 = Allowance(1), Allowance(20), Allowance(50), Allowance(100)
GENEROUS = Allowance(300)
# One message a second in each channel; a short burst is tolerated.
PER_CHANNEL = Allowance(3, 3.0)

ALLOWANCES = {
    "apps.connections.open": TIER_1,
    "auth.test": GENEROUS,
    "api.test": GENEROUS,
    "bookmarks.add": TIER_2,
    "chat.delete": TIER_3,
    "chat.getPermalink": GENEROUS,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": GENEROUS,
    "chat.update": TIER_3,
    "conversations.create": TIER_2,
    "conversations.info": TIER_3,
    "conversations.invite": TIER_3,
    "conversations.join": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.setTopic": TIER_2,
    "pins.add": TIER_2,
    "reactions.add": TIER_3,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "users.lookupByEmail": TIER_3,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}


class Limiter:
    """Counts calls and says how long to wait."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: dict[str, deque[float]] = {}

    def wait(self, method: str, channel: str = "") -> int:
        """Seconds to wait before this call may be made; 0 counts it as made."""
        keys = [(method, ALLOWANCES.get(method, TIER_3))]
        if method == "chat.postMessage":
            keys.append((f"{method} {channel}", PER_CHANNEL))
        waits = [self._wait_for(key, allowance) for key, allowance in keys]
        if not any(waits):
            for key, _ in keys:
                self._seen[key].append(self._now())
        return max(waits)

    def _wait_for(self, key: str, allowance: Allowance) -> int:
        seen = self._seen.setdefault(key, deque())
        now = self._now()
        while seen and seen[0] <= now - allowance.seconds:
            seen.popleft()
        if len(seen) < allowance.calls:
            return 0
        return max(1, math.ceil(seen[0] + allowance.seconds - now))
