"""Sending a change at most once on the wire, too, and not at all when it is too late.

aiohttp sends a PUT again by itself when the connection breaks before an answer: such requests are
idempotent by the letter of HTTP. Ours begin operations, and whether one began is found out in
another way.
"""

import time

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientHandlerType,
    ClientMiddlewareType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ServerDisconnectedError,
)


def once(by: float) -> ClientMiddlewareType:
    """Return what sees to it, for a change that must not leave after `by`, in monotonic seconds.

    A process that stood still in the middle of sending does not send when it goes on.
    """

    async def send(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if time.monotonic() > by:
            raise ClientConnectionError("It was held up for too long.")
        try:
            return await handler(request)
        except ClientConnectorError:
            raise
        except (ClientOSError, ServerDisconnectedError) as error:
            # Called by a name for which aiohttp does not send again.
            raise ClientConnectionError("The connection broke.") from error

    return send
