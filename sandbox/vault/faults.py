"""The ways the vault says no: ARM's own errors and Site Recovery's, each in its envelope.

ARM's are flat (`code`, `message`). Site Recovery repeats the HTTP reason as the outer code and
puts what really happened into `details`, with possible causes and a recommended action. The codes
of refusals for a wrong state or a wrong body are this sandbox's own invention: nobody has
published what the service says there.
"""

from sandbox.vault.names import FIRST, PROVIDER, JsonObject

_REASONS = {400: "BadRequest", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}


class Fault(Exception):
    """An error answer on its way out: an HTTP status, a code and what to tell the client."""

    def __init__(
        self, status: int, code: str, message: str, details: list[JsonObject] | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers: dict[str, str] = {}

    def body(self, client_request_id: str, activity_id: str) -> JsonObject:
        """Write the error body; only Site Recovery's own details name the two request ids."""
        error: JsonObject = {"code": self.code, "message": self.message}
        if self.details is not None:
            ids = {"clientRequestId": client_request_id, "activityId": activity_id}
            error["details"] = [{**detail, **ids} for detail in self.details]
        return {"error": error}


def site_recovery(status: int, code: str, message: str, causes: str, advice: str) -> Fault:
    """Refuse in Site Recovery's envelope."""
    detail: JsonObject = {
        "code": code,
        "message": message,
        "possibleCauses": causes,
        "recommendedAction": advice,
    }
    return Fault(status, _REASONS[status], message, [detail])


def no_such_thing(what: str) -> Fault:
    """Refuse because the resource named in the address is not there (any more)."""
    return site_recovery(
        404,
        "ArmResourceDoesNotExist",
        f"The requested operation couldn't be performed because '{what}' doesn't exist.",
        "The resource was removed, or it moved when its protection direction was switched.",
        "Refresh the list of resources in the vault and retry the operation.",
    )


def bad_body(message: str) -> Fault:
    """Refuse a request whose body is not exactly what the operation takes."""
    return site_recovery(
        400,
        "InvalidRequestBody",
        message,
        "Parameter value is not correct for this action.",
        "Correct the parameter value and retry the last action.",
    )


def not_now(operation: str, name: str, state: str, allowed: list[str]) -> Fault:
    """Refuse an operation that is not among those allowed at the moment."""
    return site_recovery(
        400,
        "OperationNotAllowed",
        f"The operation '{operation}' isn't allowed for '{name}' in its current state '{state}'.",
        f"Operations allowed at the moment: {', '.join(allowed) or 'none'}.",
        "Wait until the protected item is in a state that allows the operation, then retry.",
    )


def busy(name: str, scenario: str) -> Fault:
    """Refuse because another operation is running on the same target."""
    return site_recovery(
        409,
        "532",
        f"Another operation is already in progress for '{name}'.",
        f"The job '{scenario}' has not completed yet.",
        "Wait for the running job to complete, then retry the operation.",
    )


def protected_already(name: str) -> Fault:
    """Refuse to enable the replication of a machine that replicates already."""
    return site_recovery(
        400,
        "45031",
        f"Protection is already enabled for the virtual machine '{name}'.",
        "The virtual machine is protected in this vault or in another one.",
        "Disable replication before you enable it again.",
    )


def no_way_for_plans(plan: str) -> Fault:
    """Refuse the reprotect of a plan of Azure machines, which people have reported to fail."""
    return site_recovery(
        400,
        "ReprotectNotSupportedForRecoveryPlan",
        f"The operation 'Reprotect' isn't supported for the recovery plan '{plan}'.",
        "The recovery plan has virtual machines that replicate from Azure to Azure; what they need "
        "to be reprotected differs from machine to machine.",
        "Reprotect the virtual machines one by one.",
    )


def throttled() -> Fault:
    """Refuse because the subscription asked too often: ARM itself does, and passes nothing on."""
    fault = Fault(
        429,
        "SubscriptionRequestsThrottled",
        "Number of requests for subscription has exceeded the limit. Please try again later.",
    )
    fault.headers["x-ms-failure-cause"] = "gateway"
    return fault


def overrun() -> Fault:
    """Refuse because the service behind ARM was asked too often."""
    fault = Fault(429, "TooManyRequests", "The request is being throttled.")
    fault.headers["x-ms-failure-cause"] = "service"
    return fault


def broken() -> Fault:
    """Refuse because of something that the service itself did not expect."""
    return Fault(
        500,
        "InternalServerError",
        "The server encountered an internal error. Please retry the request.",
    )


def unavailable() -> Fault:
    """Refuse because the service cannot be reached behind ARM."""
    return Fault(503, "ServiceUnavailable", "The service is unavailable. Please try again later.")


def forbidden(action: str, scope: str) -> Fault:
    """Refuse because the caller's roles do not include the action."""
    who = "b7a1d0c2-4e55-4c8e-9a3f-6d0f2b1c7e91"
    return Fault(
        403,
        "AuthorizationFailed",
        f"The client '{who}' with object id '{who}' does not have authorization to perform "
        f"action '{action}' over scope '{scope}' or the scope is invalid. If access was recently "
        "granted, please refresh your credentials.",
    )


def unauthenticated() -> Fault:
    """Refuse because no token, or not one of ours, came along."""
    fault = Fault(
        401,
        "InvalidAuthenticationToken",
        "The access token is missing, malformed or was not issued for this resource.",
    )
    fault.headers["WWW-Authenticate"] = (
        'Bearer authorization_uri="https://login.windows.net/", error="invalid_token", '
        'error_description="The authentication failed because of missing Authorization header."'
    )
    return fault


def no_group(name: str) -> Fault:
    """Refuse because the subscription has no such resource group."""
    return Fault(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def no_vault(name: str, resource_group: str) -> Fault:
    """Refuse because ARM knows no such vault."""
    return Fault(
        404,
        "ResourceNotFound",
        f"The Resource '{PROVIDER}/vaults/{name}' under resource group '{resource_group}' was "
        "not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def never_used_vault() -> Fault:
    """Refuse because the vault was never used for Site Recovery: 400, although 404 is expected."""
    return site_recovery(
        400,
        "SubscriptionIdNotRegisteredWithSrs",
        "The subscription isn't registered with Site Recovery for this vault.",
        "Site Recovery has never been set up in the vault.",
        f"Use a vault that replicates machines, such as '{FIRST.resource_group}/{FIRST.name}'.",
    )
