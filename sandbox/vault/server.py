"""The vault over HTTP: tokens, the journal, trouble on the wire, and the headers of every answer.

What is answered is decided elsewhere; this file only receives, checks who asks, and sends.
"""

import asyncio
import contextlib
import json
from http import HTTPStatus

from aiohttp import web

from sandbox.server import told_time
from sandbox.trouble_door import Door, Order
from sandbox.vault import faults, routes
from sandbox.vault.calls import Answer, Call
from sandbox.vault.disturbed import (
    BROKEN_OFF,
    FATES,
    refuse_after_all,
    refuse_on_purpose,
    strange,
    throttled,
)
from sandbox.vault.front import Front, Seen
from sandbox.vault.identity import token_answer
from sandbox.vault.trouble import KINDS, Kind
from sandbox.vault.world import Caller

DROPPED = 0
SEEN = "/__seen"
"""Where a script reads which requests there were, in the order in which they were answered, without
the first `since` of them."""
_TOKEN = "/msi/token"


def application(vault: Front) -> web.Application:
    """Make the web application; whoever calls it runs it, and stops it."""

    async def token(request: web.Request) -> web.StreamResponse:
        return await _receive_wish(vault, request)

    async def arm(request: web.Request) -> web.StreamResponse:
        return await _receive(vault, request)

    async def seen(request: web.Request) -> web.StreamResponse:
        since = request.query.get("since", "0")
        first = int(since) if since.isdecimal() else 0
        return web.json_response([_told(one) for one in vault.journal[first:]])

    async def open_up(_app: web.Application) -> None:
        vault.closing.clear()

    async def close(_app: web.Application) -> None:
        vault.closing.set()

    app = web.Application()
    app.on_startup.append(open_up)
    app.on_shutdown.append(close)
    _door(vault).add_routes(app)
    app.router.add_get(SEEN, seen)
    app.router.add_get(_TOKEN, token)
    app.router.add_route("*", "/{tail:.*}", arm)
    return app


def _door(vault: Front) -> Door:
    async def order(wanted: Order) -> None:
        path, kind, method = wanted.word("path"), wanted.kind(KINDS), wanted.word("method", "")
        if wanted.has("rate"):
            vault.trouble.sometimes(path, kind, wanted.rate(), method or None)
        else:
            vault.trouble.next(path, kind, wanted.times(), method or None)

    return Door(order, vault.trouble.calm, lambda: vault.trouble.orders, KINDS)


async def _receive_wish(vault: Front, request: web.Request) -> web.StreamResponse:
    """Take the wish for a token, which may meet trouble like any other request."""
    trouble = vault.trouble.strike(request.method, request.path)
    if trouble == "slow":
        await _dawdle(vault)
    if trouble == "drop":
        return _drop(vault, request, None, Caller("", ""))
    status = {"throttle": 429, "broken": 500, "unavailable": 503, "missing": 404}.get(trouble or "")
    response = web.json_response({"message": "Not now."}, status=status) if status else None
    response = response or token_answer(vault.tokens, request)
    if trouble == "malformed":
        response.text = BROKEN_OFF
    _remember(vault, request, None, "", response.status)
    return response


async def _receive(vault: Front, request: web.Request) -> web.StreamResponse:
    text = await request.text()
    trouble = vault.trouble.strike(request.method, request.path)
    caller = Caller(
        request.headers.get("x-ms-client-request-id") or vault.world.guid(),
        vault.world.guid(),
        FATES.get(trouble) if trouble else None,
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
    if trouble == "slow_after_accept":
        await _dawdle(vault)
    if trouble == "drop_after_accept":
        return _drop(vault, request, _parsed_or_text(text), caller)
    response = _response(vault, request, answer, caller)
    if trouble == "malformed":
        response.text = BROKEN_OFF
        response.content_type = "application/json"
    if trouble == "strange" and answer.body is not None:
        response.text = json.dumps(strange(answer.body))
    _remember(vault, request, _parsed_or_text(text), caller.client_request_id, response.status)
    return await _trickle(vault, request, response) if trouble == "slow_body" else response


async def _trickle(
    vault: Front, request: web.Request, response: web.Response
) -> web.StreamResponse:
    """Send the headers and the first half at once, and the rest when it is late."""
    body = response.body if isinstance(response.body, bytes) else b""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = len(body)
    await stream.prepare(request)
    half = len(body) // 2
    try:
        await stream.write(body[:half])
        await _dawdle(vault)
        await stream.write(body[half:])
        await stream.write_eof()
    except ConnectionError:
        pass  # the client had less patience than we
    return stream


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
    refuse_on_purpose(trouble, call)
    limits = vault.limits(call.path)
    if not limits.bucket(request.method).take():
        raise throttled(limits.retry_after)
    refused = vault.rights.refusal(request.method, call.path)
    if refused is not None:
        raise refused
    answer = routes.answer(
        _with_body(call, text), vault.worlds, vault.operation_results, vault.rights
    )
    refuse_after_all(trouble)
    return answer


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
    response.headers["Date"] = told_time(vault.clock_ahead)
    response.headers["x-ms-client-request-id"] = caller.client_request_id
    response.headers["x-ms-correlation-request-id"] = caller.correlation_id
    response.headers.update(answer.headers)
    for name, value in answer.repeated.items():
        response.headers.add(name, value)
        response.headers.add(name, value)
    if "x-ms-request-id" not in response.headers:
        response.headers["x-ms-request-id"] = caller.correlation_id
    return response


def _told(one: Seen) -> dict[str, object]:
    return {
        "method": one.method,
        "path": one.path,
        "client_request_id": one.client_request_id,
        "at": one.at.timestamp(),
        "status": one.status,
    }


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
