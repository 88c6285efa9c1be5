"""The vault over HTTP: tokens, the journal, trouble on the wire, and the headers of every answer.

What is answered is decided elsewhere; this file only receives, checks who asks, and sends.
"""

import asyncio
import contextlib
import json
from http import HTTPStatus

from aiohttp import web

from sandbox.vault import faults, roles, routes
from sandbox.vault.calls import Answer, Call
from sandbox.vault.front import Front, Seen
from sandbox.vault.identity import token_answer
from sandbox.vault.jobs import Fate
from sandbox.vault.polls import retry_after
from sandbox.vault.trouble import Kind
from sandbox.vault.world import Caller

DROPPED = 0
_FATES: dict[Kind, Fate] = {
    "fail_job": "fail_job",
    "cancel_job": "cancel_job",
    "suspend_job": "suspend_job",
    "warn_job": "warn_job",
    "slow_job": "slow_job",
}


def application(vault: Front) -> web.Application:
    """Make the web application; whoever calls it runs it, and stops it."""

    async def token(request: web.Request) -> web.Response:
        response = token_answer(vault.tokens, request)
        _remember(vault, request, None, "", response.status)
        return response

    async def arm(request: web.Request) -> web.StreamResponse:
        return await _receive(vault, request)

    async def open_up(_app: web.Application) -> None:
        vault.closing.clear()

    async def close(_app: web.Application) -> None:
        vault.closing.set()

    app = web.Application()
    app.on_startup.append(open_up)
    app.on_shutdown.append(close)
    app.router.add_get("/msi/token", token)
    app.router.add_route("*", "/{tail:.*}", arm)
    return app


async def _receive(vault: Front, request: web.Request) -> web.StreamResponse:
    text = await request.text()
    trouble = vault.trouble.strike(request.method, request.path)
    caller = Caller(
        request.headers.get("x-ms-client-request-id") or vault.world.guid(),
        vault.world.guid(),
        _FATES.get(trouble) if trouble else None,
    )
    if trouble == "slow":
        await _dawdle(vault)
    if trouble == "drop":
        return _drop(vault, request, _parsed_or_text(text), caller)
    try:
        answer = _answer(vault, request, text, caller, trouble)
    except faults.Fault as fault:
        answer = Answer(
            fault.status,
            fault.body(caller.client_request_id, caller.correlation_id),
            dict(fault.headers),
        )
    if trouble == "drop_after_accept":
        return _drop(vault, request, _parsed_or_text(text), caller)
    response = _response(vault, request, answer, caller)
    if trouble == "malformed":
        response.text = '{"value": [{"id": '
        response.content_type = "application/json"
    _remember(vault, request, _parsed_or_text(text), caller.client_request_id, response.status)
    return response


async def _dawdle(vault: Front) -> None:
    """Take time over an answer, in real seconds, but never keep the vault from closing."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(vault.closing.wait(), vault.trouble.slow_seconds)


def _answer(
    vault: Front, request: web.Request, text: str, caller: Caller, trouble: Kind | None
) -> Answer:
    if not vault.tokens.knows(request.headers.get("Authorization", "")):
        raise faults.unauthenticated()
    call = Call(
        world=vault.world,
        method=request.method,
        path=request.path.rstrip("/"),
        query=dict(request.query),
        body=None,
        base_url=f"{request.scheme}://{request.host}",
        caller=caller,
        words={},
    )
    _fail_on_purpose(trouble, call)
    if not vault.limits(call.path).bucket(request.method).take():
        raise _throttled("1")
    refused = roles.refusal(vault.role, request.method, call.path)
    if refused is not None:
        raise refused
    answer = routes.answer(_with_body(call, text), vault.worlds, vault.operation_results)
    if trouble == "unavailable_after_accept":
        raise faults.unavailable()
    return answer


def _fail_on_purpose(trouble: Kind | None, call: Call) -> None:
    if trouble == "throttle":
        raise _throttled(retry_after(call))
    if trouble == "throttle_silently":
        raise faults.throttled()
    if trouble == "unavailable":
        raise faults.unavailable()
    if trouble == "forbidden":
        raise faults.forbidden("Microsoft.RecoveryServices/vaults/action", call.path)
    if trouble == "conflict":
        raise faults.busy("the vault", "another operation")


def _throttled(seconds: str) -> faults.Fault:
    fault = faults.throttled()
    fault.headers["Retry-After"] = seconds
    return fault


def _with_body(call: Call, text: str) -> Call:
    if not text:
        return call
    try:
        body = json.loads(text)
    except ValueError:
        raise faults.Fault(
            400, "InvalidRequestContent", "The request content was invalid and isn't JSON."
        ) from None
    return Call(**{**vars(call), "body": body})


def _response(vault: Front, request: web.Request, answer: Answer, caller: Caller) -> web.Response:
    response = web.Response(status=answer.status)
    if answer.body is not None:
        response = web.json_response(answer.body, status=answer.status)
    response.headers.update(vault.limits(request.path).headers(request.method))
    response.headers["x-ms-client-request-id"] = caller.client_request_id
    response.headers["x-ms-correlation-request-id"] = caller.correlation_id
    response.headers.update(answer.headers)
    for name, value in answer.repeated.items():
        response.headers.add(name, value)
        response.headers.add(name, value)
    if "x-ms-request-id" not in response.headers:
        response.headers["x-ms-request-id"] = caller.correlation_id
    return response


def _drop(vault: Front, request: web.Request, body: object, caller: Caller) -> web.StreamResponse:
    _remember(vault, request, body, caller.client_request_id, DROPPED)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)


def _parsed_or_text(text: str) -> object:
    try:
        parsed: object = json.loads(text) if text else None
    except ValueError:
        return text
    return parsed


def _remember(
    vault: Front, request: web.Request, body: object, client_request_id: str, status: int
) -> None:
    now = vault.world.clock.now()
    vault.journal.append(Seen(request.method, request.path, body, client_request_id, now, status))
