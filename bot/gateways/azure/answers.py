"""What Azure's refusals mean: from an HTTP answer or an exception of the SDK to one of our errors.

Site Recovery's useful words are in `error.details[]`; a definite no and a lack of an answer are
different types, because what may be done next is different.
"""

import json
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
)

from bot.errors import AzureRefused, DrError, Unavailable
from bot.gateways.azure.rights import missing

_TRY_AGAIN = frozenset({408, 429})
_ALL = ("", "global-")
_LONGEST = 3600.0
"""Seconds: nobody is made to wait longer by a header."""


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> DrError:
    """Turn an answer of 400 or above into `AzureRefused`, or `Unavailable` when it may pass."""
    code, message, advice = _words(body)
    if status in _TRY_AGAIN or status >= 500:
        throttled = status == 429
        return Unavailable(
            "Azure asks us to slow down (429)." if throttled else f"Azure answered {status}.",
            retry_after=retry_after(headers),
        )
    if status == 403:
        message = message or "The bot's identity lacks a right."
        advice = advice or missing(message)
    return AzureRefused(
        message or f"Azure answered {status} without a reason.",
        status=status,
        code=code,
        advice=advice,
    )


def turned_away(response: Any) -> bool:
    """Whether Azure Resource Manager itself refused a call, and so passed it on to nobody.

    It does so when the subscription has used up its allowance, and names itself as the cause. A
    429 that does not say both may be the provider's, who may have begun something.
    """
    if response is None or response.status_code != 429:
        return False
    cause, code = response.headers.get("x-ms-failure-cause"), _words(_body(response))[0]
    return (cause, code) == ("gateway", "SubscriptionRequestsThrottled")


def trouble(error: AzureError) -> DrError:
    """Turn an exception of the SDK into one of our errors."""
    if isinstance(error, ClientAuthenticationError) and error.response is None:
        return Unavailable(
            "No Azure token could be had for the bot's identity.",
            advice="Check the managed identity, or AZURE_CLIENT_ID and what goes with it.",
        )
    if isinstance(error, HttpResponseError) and error.response is not None:
        response: Any = error.response
        return refusal(response.status_code, response.headers, _body(response))
    if isinstance(error, ServiceRequestError):
        return Unavailable("Azure cannot be reached.")
    return Unavailable("The connection to Azure broke.")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Azure asks to wait, or None."""
    text = headers.get("Retry-After", "")
    return min(float(text), _LONGEST) if text.isdecimal() else None


def left(headers: Mapping[str, str]) -> int | None:
    """Return how many changes the subscription may make now, or None when it is not said.

    There is one allowance for whoever asks, and one for all together: the smaller counts.
    """
    told = [headers.get(f"x-ms-ratelimit-remaining-subscription-{one}writes", "") for one in _ALL]
    return min((int(one) for one in told if one.isdecimal()), default=None)


def _body(response: Any) -> bytes:
    try:
        return bytes(response.body())
    except (AzureError, AttributeError):
        return b""  # a streamed answer that broke off has no words to quote


def _words(body: bytes) -> tuple[str, str, str]:
    """Return code, message and advice of an error body, '' for what it does not say."""
    try:
        error = json.loads(body).get("error") or {}
        details = (error.get("details") or [{}])[0]
        return (
            str(details.get("code") or error.get("code") or ""),
            str(details.get("message") or error.get("message") or ""),
            str(details.get("recommendedAction") or ""),
        )
    except (ValueError, AttributeError, LookupError, TypeError, RecursionError):
        return "", "", ""
