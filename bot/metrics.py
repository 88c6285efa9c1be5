"""What each process counts, for `/metrics`: numbers alone.

No label is ever the name of a machine, a person, a vault or a request; each has a known and small
set of values. What is true of the whole bot is not counted but read: see `bot.gauges`.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

CALL_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

ACKNOWLEDGED: Final = Histogram(
    "dr_acknowledged_seconds",
    "Time from a signed Slack request to its acknowledgement",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3),
)
TURNED_AWAY: Final = Counter("dr_turned_away_total", "Requests refused at the door", ["why"])
STEPS: Final = Counter("dr_steps_total", "Steps that requests made", ["step"])
CLICKS: Final = Counter(
    "dr_clicks_total",
    "Presses of buttons that decide: counted, or the code of the refusal",
    ["wish", "outcome"],
)
SUBMISSIONS: Final = Counter(
    "dr_submissions_total",
    "Changes sent to Azure: accepted, refused, turned away unseen, or lost when nobody can tell",
    ["operation", "outcome"],
)
JOBS: Final = Histogram(
    "dr_job_seconds",
    "How long Azure's jobs took, by how they ended",
    ["operation", "outcome"],
    buckets=(60, 180, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400),
)
AZURE_CALLS: Final = Histogram(
    "dr_azure_call_seconds",
    "Calls to Azure: ok, throttled (asked to wait), refused, or away",
    ["method", "kind", "outcome"],
    buckets=CALL_BUCKETS,
)
SLACK_CALLS: Final = Histogram(
    "dr_slack_call_seconds",
    "Calls to Slack: ok, throttled (asked to wait), refused, or away",
    ["method", "outcome"],
    buckets=CALL_BUCKETS,
)
REMINDERS: Final = Counter(
    "dr_reminders_total", "Messages that remind somebody: sent, or refused by Slack", ["outcome"]
)
ALARMS: Final = Counter(
    "dr_alarms_total", "Alarms in the incident channel about what was done past the bot", ["kind"]
)
RECORDS_REJECTED: Final = Counter(
    "dr_records_rejected_total", "Records in Redis that were not ours, and were not acted on"
)
OUTSIDE_TROUBLE: Final = Counter(
    "dr_audit_outside_trouble_total",
    "Times that the audit log could not be kept outside Redis: its checkpoint, or its sink",
    ["part"],
)
SINK_ENTRIES: Final = Gauge(
    "dr_audit_sink_entries", "The number of the last entry in the sink that this worker keeps"
)
