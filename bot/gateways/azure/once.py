"""Sending a change at most once on the wire, too.

aiohttp sends a PUT again by itself when the connection breaks before an answer: such requests are
idempotent by the letter of HTTP. Ours begin operations, and whether one began is found out in
another way.
"""

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ServerDisconnectedError,
)


async def once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Call a broken connection by a name for which aiohttp does not send again."""
    try:
        return await handler(request)
    except ClientConnectorError:
        raise
    except (ClientOSError, ServerDisconnectedError) as error:
        raise ClientConnectionError("The connection broke.") from error
