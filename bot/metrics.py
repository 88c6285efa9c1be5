"""What is counted, for `/metrics`: numbers alone, no names of machines or people."""

from typing import Final

from prometheus_client import Counter, Histogram

ACKNOWLEDGED: Final = Histogram(
    "dr_acknowledged_seconds",
    "Time from a signed Slack request to its acknowledgement",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3),
)
TURNED_AWAY: Final = Counter("dr_turned_away_total", "Requests refused at the door", ["why"])
STEPS: Final = Counter("dr_steps_total", "Steps that requests made", ["step"])
