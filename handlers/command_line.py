"""The command line: `dr web`, `dr socket`, `dr worker`, `dr demo`, `dr doctor`, `dr policy …`,
`dr audit …`.

A setting that is wrong ends a process at once with one sentence and exit code 2; no traceback
reaches whoever started it. What a command needs is imported when it runs, so that help and mistakes
are told at once.
"""

import argparse
import gc
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import DrError

if TYPE_CHECKING:
    import asyncio

    from redis.credentials import CredentialProvider

    from bot.settings import Settings

    Process = Callable[[Settings, asyncio.Event], Awaitable[None]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except DrError as error:
        code = f" ({error.refusal.id})" if error.refusal else ""
        print(f"dr: {error}{code}", file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dr", description="Governed failover with Azure Site Recovery, from Slack."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run, text in (
        ("web", _web, "receive commands and clicks over HTTP"),
        ("socket", _socket, "receive commands and clicks over Socket Mode"),
        ("worker", _worker, "submit, follow, and keep the cards true"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(run=run)
    _add_doctor(commands.add_parser("doctor", help="check settings, Slack, Redis, Azure, policy"))
    _add_demo(commands.add_parser("demo", help="the whole bot against a sandbox on this machine"))
    _add_policy(commands.add_parser("policy", help="check the policy, or have it explained"))
    _add_audit(commands.add_parser("audit", help="check or export the audit log"))
    return parser


def _add_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument(
        "--role", action="store_true", help="print the least Azure role that the bot needs"
    )
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.set_defaults(run=_doctor)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--script", action="store_true", help="play the main story and exit")
    demo.add_argument("--gallery", action="store_true", help="show every message in every state")
    demo.add_argument("--speed", type=float, default=None, help="how much faster than real time")
    demo.add_argument("--port", type=int, default=0, help="the page's port (default: a free one)")
    demo.set_defaults(run=_demo)


def _add_audit(audit: argparse.ArgumentParser) -> None:
    kinds = audit.add_subparsers(required=True, metavar="what")
    verify = kinds.add_parser("verify", help="check the chain, macs, checkpoints, anchors and sink")
    verify.add_argument(
        "--anchors", type=Path, action="append", default=[], metavar="FILE",
        help="JSON Lines of anchors, or text out of Slack",
    )  # fmt: skip
    verify.add_argument("--sink", type=Path, metavar="FILE", help="what DR_AUDIT_SINK was told")
    verify.add_argument(
        "--public-key", type=Path, action="append", default=[], metavar="PEM",
        help="what checkpoints must be signed with; several when the key was renewed",
    )  # fmt: skip
    verify.add_argument(
        "--hmac-key", type=Path, action="append", default=[], metavar="FILE",
        help="the secret of DR_AUDIT_HMAC_KEY, which vouches for entries; several when renewed",
    )  # fmt: skip
    verify.add_argument(
        "--hmac-since", type=int, default=1, metavar="NUMBER",
        help="the first entry that was written with such a key (default: the first of all)",
    )  # fmt: skip
    verify.set_defaults(run=_verify)
    export = kinds.add_parser("export", help="write every entry to standard output")
    export.add_argument("--format", choices=("jsonl", "csv", "cef"), default="jsonl")
    export.add_argument("--since", default="", metavar="DATE", help="only what happened since then")
    export.set_defaults(run=_export)


def _add_policy(policy: argparse.ArgumentParser) -> None:
    kinds = policy.add_subparsers(required=True, metavar="what")
    check = kinds.add_parser("check", help="prove a policy file sane; needs no other setting")
    check.add_argument("file", nargs="?", default="", help="default: DR_POLICY, or as shipped")
    check.set_defaults(run=_check_policy)
    explain = kinds.add_parser("explain", help="which rule decides, and who can approve now")
    explain.add_argument("line", metavar="command", help="such as: failover vm-web01")
    explain.add_argument("--as", dest="user", required=True, help="the Slack user id of the asker")
    explain.set_defaults(run=_explain_policy)


def _web(_options: argparse.Namespace) -> int:
    with _unswept():
        from handlers.web import serve
    return _run_process(serve)


def _socket(_options: argparse.Namespace) -> int:
    with _unswept():
        from handlers.socket import connect
    return _run_process(connect)


def _worker(_options: argparse.Namespace) -> int:
    with _unswept():
        from handlers.worker import work
    return _run_process(work)


def _doctor(options: argparse.Namespace) -> int:
    import asyncio

    from bot.settings import Settings
    from handlers.doctor_command import print_role, report
    from handlers.logs import configure

    if options.role:
        return print_role(os.environ)
    settings = Settings.read(os.environ)
    configure("ERROR")
    return asyncio.run(report(settings, as_json=options.json))


def _demo(options: argparse.Namespace) -> int:
    import asyncio

    from handlers.demo import demo, gallery

    if options.gallery:
        return asyncio.run(gallery(port=options.port))
    return asyncio.run(demo(script=options.script, speed=options.speed, port=options.port))


def _verify(options: argparse.Namespace) -> int:
    import asyncio

    from bot.settings import redis_url
    from handlers.audit_verify import Files, verify

    files = Files(
        anchors=options.anchors,
        sink=options.sink,
        keys=options.public_key,
        secrets=options.hmac_key,
        since=options.hmac_since,
    )
    with _unswept():
        return asyncio.run(verify(redis_url(os.environ), files, credentials=_credentials()))


def _export(options: argparse.Namespace) -> int:
    import asyncio

    from bot.settings import redis_url
    from handlers.audit_commands import export

    return asyncio.run(
        export(redis_url(os.environ), options.format, options.since, credentials=_credentials())
    )


def _credentials() -> "CredentialProvider | None":
    """Return what signs in to Redis, where the address does not."""
    from bot.gateways import entra
    from bot.settings import redis_entra

    return entra.credentials() if redis_entra(os.environ) else None


def _check_policy(options: argparse.Namespace) -> int:
    import asyncio

    from handlers.policy_commands import check

    return asyncio.run(check(os.environ, options.file))


def _explain_policy(options: argparse.Namespace) -> int:
    import asyncio

    from bot.settings import Settings
    from handlers.logs import configure
    from handlers.policy_commands import explain

    settings = Settings.read(os.environ)
    configure("ERROR")
    return asyncio.run(explain(settings, options.line, options.user))


def _run_process(process: "Process") -> int:
    import asyncio

    from bot.settings import Settings
    from handlers.logs import configure
    from handlers.tracing import traced

    settings = Settings.read(os.environ)
    configure(settings.log_level)
    gc.freeze()  # what was imported stays: looking through it again holds the loop up for long
    with traced(settings):
        asyncio.run(_until_told(process, settings))
    return 0


@contextmanager
def _unswept() -> Iterator[None]:
    """Do without the collector where next to nothing of what is made is garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _until_told(process: "Process", settings: "Settings") -> None:
    """Run a process until SIGTERM or SIGINT; a second signal is the system's business."""
    import asyncio
    import signal

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await process(settings, stopping)


if __name__ == "__main__":
    sys.exit(main())
