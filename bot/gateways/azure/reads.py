"""The pipeline that reads go through: the SDK's own parts, and only those that a read needs.

Kept are the bot's name, an id for each request, retries that honour `Retry-After`, and the token;
left out is what the SDK's client does on top of that for every answer, which costs as much as
reading twenty machines: logging and tracing, decoding what we decode ourselves, and following
redirects, for our token goes where we send it and nowhere else.
"""

from importlib.metadata import version
from typing import Final

from azure.core import AsyncPipelineClient
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.policies import AsyncRetryPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.core.policies import AsyncARMChallengeAuthenticationPolicy

_SDK: Final = "azure-mgmt-recoveryservicessiterecovery"

Reads = AsyncPipelineClient[HttpRequest, AsyncHttpResponse]


def reads(credential: AsyncTokenCredential, url: str, scope: str, *, proxied: bool) -> Reads:
    """Make the pipeline; it connects when it is first used."""
    return AsyncPipelineClient(
        url,
        policies=[
            RequestIdPolicy(),
            UserAgentPolicy(sdk_moniker=f"{_SDK.removeprefix('azure-')}/{version(_SDK)}"),
            AsyncRetryPolicy(),
            AsyncARMChallengeAuthenticationPolicy(credential, scope),
        ],
        transport=AioHttpTransport(use_env_settings=proxied),
    )
