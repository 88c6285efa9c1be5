"""Private answers: what became of asking, refusals, the overview, lists, the log, help, doctor."""

from collections.abc import Mapping
from typing import Final

from bot.arrangements import VERBS
from bot.domain.checkpoints import Checkpoint
from bot.domain.diagnosis import Subject
from bot.domain.operations import CATALOGUE
from bot.domain.outside import Source
from bot.domain.progress import progress_of
from bot.domain.quorum import Need
from bot.domain.request import State
from bot.domain.rules import Rule
from bot.errors import Ambiguous, Missing, NotAllowed, NotNow, Refused, Unavailable
from bot.messages import answers, outside, policy
from bot.messages.anchors import checkpoint_post
from bot.messages.card import preview
from bot.messages.doctor import examined
from bot.messages.help import help_on, help_page, help_with
from bot.messages.receipt import receipt
from bot.messages.roster import request_view
from bot.refusals import BY_ID, Code
from tests.bot.samples import BO, CARLA, DAN, NOW, VAULT, broken, in_state, job, request, vote
from tests.gallery.example import Examples
from tests.gallery.several import FAR, MANY, THREE, outcomes, several
from tests.gallery.thread import entry

_HOUR: Final = 3_600_000
_PORTAL: Final = "https://portal.azure.com"
_CHANNEL: Final = "C0INCIDENTS"
_OWING: Final = in_state(State.SUCCEEDED, terms=broken(), votes=(vote(BO),))
_RUNNING: Final = several(State.RUNNING, MANY, id="R-2M9P7K")
_RULE: Final = Rule(
    name="production",
    may_ask=("@dr-operators",),
    may_approve=("@dr-approvers",),
    confirm="name",
    reason="required",
    remind_after="10m",
    escalate_after="30m",
    escalate_to=("@dr-owners",),
)
_SLACK, _REDIS, _AZURE = Subject("Slack"), Subject("Redis"), Subject("Azure")
_ENTRIES: Final = [
    entry("request.ask", "Ann asked for Failover of vm-web01.", after="waiting", sequence=1),
    entry("request.vote", "Bo approved it.", by=BO, before="waiting", after="waiting", sequence=2),
    entry("request.approve", "Carla approved it, which is enough.", by=CARLA, before="waiting",
          after="approved", sequence=3),
    entry("request.succeed", "It succeeded.", before="running", after="succeeded", sequence=9),
]  # fmt: skip


def _refused(code: str) -> Code:
    return BY_ID[code]


ASKING: Examples = {
    "asked": lambda: answers.asked(request(), _CHANNEL, already=False),
    "asked-already": lambda: answers.asked(request(), _CHANNEL, already=True),
    "asked-instead-of": lambda: answers.asked(
        request(), _CHANNEL, already=False, instead_of="R-2M9P7K"
    ),
    "choose": lambda: answers.choose(
        Ambiguous(
            "Two machines are called vm-app01. Which one?",
            [("a", "vm-app01 (rg-shop in vault-dr)"), ("b", "vm-app01 (rg-crm in vault-two)")],
        ),
        "word",
    ),
    "fill-in": lambda: answers.fill_in(
        Missing(
            "Nobody has told the bot which cache storage account vm-web01 shall use.",
            ("cache",),
            target="id",
            name="vm-web01",
        ),
        "word",
        ["Cache storage account"],
    ),
    "a-form-that-was-sent": lambda: answers.try_again(
        Unavailable("Azure does not answer. Try again soon."), "word"
    ),
    "preview": lambda: preview(request(), ""),
    "preview-refused": lambda: preview(request(), "vm-web01 is locked by Carla until 14:00."),
    "preview-of-several": lambda: preview(several(State.WAITING, THREE), "", [request()]),
}
REFUSALS: Examples = {
    "not-allowed": lambda: answers.sorry(
        NotAllowed(
            _refused("DR-ASK-01"),
            "You may not ask for a failover of vm-web01.",
            "The policy lets @dr-operators ask.",
        )
    ),
    "not-now": lambda: answers.sorry(
        NotNow(
            _refused("DR-NOW-01"),
            "Azure does not offer a commit of vm-web01 now.",
            "Possible now: failover, test-failover.",
        )
    ),
    "mistyped": lambda: answers.sorry(
        Refused(
            _refused("DR-TYPE-01"),
            "There is no command “fialover”.",
            "Did you mean failover? /dr help shows what there is.",
        )
    ),
    "azure-away": lambda: answers.sorry(Unavailable("Azure does not answer. Try again soon.")),
    "broken": lambda: answers.broken("0f3a"),
}
LISTS: Examples = {
    "overview": lambda: answers.overview(
        waiting=[request()],
        to_review=[_OWING],
        running=[_RUNNING],
        mine=[request("commit", id="R-3N8Q6L")],
        may_ask=["failover", "commit", "reprotect"],
        may_look=["status", "list", "points"],
        far={_RUNNING.id: progress_of(MANY, FAR, ended=False)},
    ),
    "overview-of-nothing": lambda: answers.overview(
        waiting=[], to_review=[], running=[], mine=[], may_ask=[], may_look=["status"]
    ),
    "requests": lambda: answers.request_list(
        [request(), _RUNNING],
        [in_state(state, id=f"R-4P7R5{n}") for n, state in enumerate(_ended(), 2)],
        [_OWING],
        NOW + 26 * _HOUR,
        far={_RUNNING.id: progress_of(MANY, FAR, ended=False)},
        lost=["R-9ZZZZZ"],
    ),
    "no-requests": lambda: answers.request_list([], [], [], NOW),
    "request": lambda: request_view(in_state(State.RUNNING), {}, NOW + 100_000),
    "request-of-several": lambda: request_view(
        several(State.RUNNING, THREE), outcomes(THREE, State.RUNNING, State.FAILED), NOW
    ),
    "request-of-many": lambda: request_view(several(State.RUNNING, MANY), FAR, NOW),
    "audit": lambda: answers.trail("R-7K2M9P", _ENTRIES, more=True),
    "audit-empty": lambda: answers.trail("vm-web09", [], filters="--since 2026-03-01"),
    "receipt": lambda: receipt(in_state(State.SUCCEEDED), [], _ENTRIES, 9, ""),
    "receipt-broken": lambda: receipt(
        in_state(State.SUCCEEDED), [], _ENTRIES, 9, "Entry 3 does not follow from entry 2."
    ),
    "receipt-of-several": lambda: receipt(
        several(State.SUCCEEDED, THREE),
        [in_state(State.SUCCEEDED, id=f"R-7K2M9P.{n}") for n in (1, 2, 3)],
        _ENTRIES,
        9,
        "",
    ),
    "receipt-of-break-glass": lambda: receipt(_OWING, [], _ENTRIES, 9, ""),
    "policy": lambda: policy.explanation(
        [
            *policy.lines_of(_RULE, 2, ["vm-web01 is called vm-web*"], ["You are in no group."]),
            policy.who_can(Need(count=2, of=("@dr-approvers",)), [BO, DAN], everyone=False, more=0),
        ],
        "Policy: failover vm-web01",
        "0123456789ab",
    ),
}
HELP: Examples = {
    "commands": lambda: help_page(tuple(VERBS.values()), {}, whole=True),
    "commands-of-one-who-looks": lambda: help_page(
        tuple(VERBS.values()), dict.fromkeys(CATALOGUE, ("@dr-operators",)), whole=False
    ),
    "command": lambda: help_on(VERBS["failover"], {}),
    "command-for-others": lambda: help_on(VERBS["failover"], {"failover": ("@dr-operators",)}),
    "code": lambda: help_with(_refused("DR-APPR-02")),
    "doctor": lambda: examined(
        [
            _REDIS.bad("It keeps nothing on disk.", "Set appendonly yes."),
            _SLACK.care("@dr-approvers has two members.", "With one away, nothing is approved."),
            _AZURE.good("All rights are there."),
            _SLACK.good("All scopes are there."),
        ]
    ),
    "doctor-all-well": lambda: examined([_SLACK.good("All scopes are there.")]),
}
ALARMS: Examples = {
    "past-the-bot": lambda: outside.alarm(
        job(target="vm-web01"), Source(activity="0a1b"), portal=_PORTAL, resource=VAULT
    ),
    "cancelled-past-the-bot": lambda: outside.cancelled_past(
        job("Cancelled", target="vm-web01"), "R-7K2M9P", portal=_PORTAL, resource=VAULT
    ),
    "run-again-past-the-bot": lambda: outside.run_again_past(
        job(target="vm-web01"), "R-7K2M9P", portal=_PORTAL, resource=VAULT
    ),
    "no-longer-protected": lambda: outside.gone("vm-web01", VAULT, portal=_PORTAL),
    "checkpoint": lambda: checkpoint_post(Checkpoint(sequence=120, hash="f" * 64)),
    "checkpoint-signed": lambda: checkpoint_post(
        Checkpoint(sequence=120, hash="f" * 64, key="0123abcd", signature="c2lnbmVk")
    ),
}
EXAMPLES: Final[Mapping[str, Examples]] = {
    "answers/asking": ASKING,
    "answers/refusals": REFUSALS,
    "answers/lists": LISTS,
    "answers/help": HELP,
    "channel": ALARMS,
}


def _ended() -> list[State]:
    return [State.SUCCEEDED, State.FAILED, State.DENIED, State.EXPIRED, State.VOID]
