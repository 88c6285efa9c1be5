"""Everything that can be read from the vault: each function answers one address.

Lists are whole, except the vault-wide list of items: that one comes a container at a time, and a
page of it may be empty and still lead to another.
"""

import base64
from functools import partial
from urllib.parse import quote, urlencode

from sandbox.vault import (
    bodies_estate,
    bodies_health,
    bodies_items,
    bodies_jobs,
    bodies_plans,
    bodies_vault,
    faults,
    filters,
)
from sandbox.vault.calls import Answer, Call, listed
from sandbox.vault.jobs import Job
from sandbox.vault.machines import Machine, Place
from sandbox.vault.names import JsonObject, fold
from sandbox.vault.plans import RecoveryPlan
from sandbox.vault.points import find, points

_EVENT_FIELDS = (
    "eventCode",
    "severity",
    "eventType",
    "affectedObjectFriendlyName",
    "affectedObjectCorrelationId",
    "fabricId",
)


_LONGEST_PAGE = 100


def vault(call: Call) -> Answer:
    """The vault itself."""
    return Answer(body=bodies_vault.vault(call.world.vault))


def fabrics(call: Call) -> Answer:
    """The regions and sites."""
    now = call.world.now()
    return listed([bodies_estate.fabric(place, now) for place in call.world.estate.places])


def fabric(call: Call) -> Answer:
    """One region or site."""
    return Answer(body=bodies_estate.fabric(place_of(call), call.world.now()))


def containers(call: Call) -> Answer:
    """The containers of the vault, or of one fabric."""
    places = [place_of(call)] if "fabric" in call.words else call.world.estate.places
    return listed([_container(call, place) for place in places])


def container(call: Call) -> Answer:
    """One container."""
    return Answer(body=_container(call, place_of_container(call)))


def mappings(call: Call) -> Answer:
    """The mappings of the vault, or those from and to one container."""
    pairings = list(call.world.estate.pairings)
    if "container" in call.words:
        place = place_of_container(call)
        pairings = [each for each in pairings if place in (each.source, each.target)]
    return listed([bodies_estate.mapping(each) for each in reversed(pairings)])


def policies(call: Call) -> Answer:
    """The replication policies."""
    estate = call.world.estate
    return listed([bodies_estate.policy(each, estate.vault) for each in estate.policies])


def policy(call: Call) -> Answer:
    """One replication policy."""
    estate = call.world.estate
    for each in estate.policies:
        if fold(each.name) == fold(call.words["policy"]):
            return Answer(body=bodies_estate.policy(each, estate.vault))
    raise faults.no_such_thing(call.words["policy"])


def all_items(call: Call) -> Answer:
    """One page of the items of the whole vault."""
    pages = [part for place in _pages(call) for part in _parts(call, place)]
    page = _page_number(call.query.get("skipToken", ""), len(pages))
    machines = pages[page]
    kept: list[Machine] = filters.matching(
        machines,
        call.query.get("$filter", ""),
        {
            "instancetype": lambda machine: machine.provider,
            "sourcefabricname": lambda machine: machine.filed.fabric,
            "sourcefabriclocation": lambda machine: machine.filed.region,
            "multivmgroupcreateoption": lambda machine: (
                "UserSpecified" if machine.multi_vm_group else "AutoCreated"
            ),
            "recoveryplanname": lambda machine: _plan_of(call, machine),
        },
    )
    values = [bodies_items.item(machine, call.world.now(), single=False) for machine in kept]
    if page == 0:
        values += call.world.strangers
    if page + 1 == len(pages):
        return listed(values)
    query = {**call.query, "skipToken": _page_token(page + 1)}
    path = call.world.vault.told("replicationProtectedItems")
    link = f"{call.base_url}{path}?{urlencode(query, quote_via=quote)}"
    return listed(values, link)


def items(call: Call) -> Answer:
    """The items of one container."""
    place, now = place_of_container(call), call.world.now()
    found = [machine for machine in call.world.machines if machine.filed is place]
    values = [bodies_items.item(machine, now, single=False) for machine in found]
    return listed(values + (call.world.strangers if place is _pages(call)[0] else []))


def protectable_items(call: Call) -> Answer:
    """What a site could protect, and what of it is protected; regions tell nothing here."""
    place = place_of_container(call)
    call.world.now()
    return listed(_protectable(call, place))


def protectable_item(call: Call) -> Answer:
    """One machine of a site."""
    place = place_of_container(call)
    call.world.now()
    for each in _protectable(call, place):
        if fold(str(each["name"])) == fold(call.words["protectable"]):
            return Answer(body=each)
    raise faults.no_such_thing(call.words["protectable"])


def item(call: Call) -> Answer:
    """One item, whole."""
    for stranger in call.world.strangers:
        if fold(str(stranger["id"])) == fold(call.path):
            return Answer(body=stranger)
    return Answer(body=bodies_items.item(machine_of(call), call.world.now(), single=True))


def recovery_points(call: Call) -> Answer:
    """The recovery points of one item."""
    machine = machine_of(call)
    found = points(machine, call.world.now())
    return listed([bodies_items.recovery_point(machine, point) for point in found])


def recovery_point(call: Call) -> Answer:
    """One recovery point."""
    machine = machine_of(call)
    point = find(machine, call.words["point"], call.world.now())
    if point is None:
        raise faults.no_such_thing(call.words["point"])
    return Answer(body=bodies_items.recovery_point(machine, point))


def plans(call: Call) -> Answer:
    """The recovery plans."""
    call.world.now()
    return listed([bodies_plans.plan(each) for each in call.world.plans])


def plan(call: Call) -> Answer:
    """One recovery plan."""
    return Answer(body=bodies_plans.plan(plan_of(call)))


def jobs(call: Call) -> Answer:
    """The jobs, newest first, stripped of nearly everything."""
    now = call.world.now()
    told = [each for each in call.world.jobs if not each.forgotten]
    found = sorted(told, key=lambda each: each.started, reverse=True)
    kept = filters.matching(
        found,
        call.query.get("$filter", ""),
        {
            "starttime": lambda each: each.started,
            "endtime": lambda each: each.ended,
            "jobstatus": lambda each: each.state,
            "jobname": lambda each: each.scenario,
            "affectedobjecttypes": lambda each: each.target_kind,
            "fabricid": lambda each: _fabric_of(call, each),
        },
    )
    return listed([bodies_jobs.job(each, now, single=False) for each in kept])


def job(call: Call) -> Answer:
    """One job, whole."""
    found = job_of(call)
    answer = Answer(body=bodies_jobs.job(found, call.world.now(), single=True))
    answer.headers["x-ms-request-id"] = call.world.vault.told("replicationJobs", found.job_id)
    return answer


def events(call: Call) -> Answer:
    """What happened lately."""
    readers = {name.casefold(): partial(_property, name) for name in _EVENT_FIELDS}
    return listed(filters.matching(_events(call), call.query.get("$filter", ""), readers))


def event(call: Call) -> Answer:
    """One thing that happened."""
    for each in _events(call):
        if fold(str(each["name"])) == fold(call.words["event"]):
            return Answer(body=each)
    raise faults.no_such_thing(call.words["event"])


def vault_health(call: Call) -> Answer:
    """How the vault is."""
    world = call.world
    world.now()
    places = len(world.estate.places)
    return Answer(body=bodies_health.vault_health(world.vault, world.machines, places))


def place_of_container(call: Call) -> Place:
    """The container an address names."""
    place = place_of(call)
    if fold(place.container) != fold(call.words["container"]):
        raise faults.no_such_thing(call.words["container"])
    return place


def machine_of(call: Call) -> Machine:
    """The machine an address names; none when it lives in another container by now."""
    call.world.now()
    place = place_of_container(call)
    for machine in call.world.machines:
        if machine.filed is place and fold(machine.item_name) == fold(call.words["item"]):
            return machine
    raise faults.no_such_thing(call.words["item"])


def plan_of(call: Call) -> RecoveryPlan:
    """The recovery plan an address names."""
    call.world.now()
    for each in call.world.plans:
        if fold(each.name) == fold(call.words["plan"]):
            return each
    raise faults.no_such_thing(call.words["plan"])


def job_of(call: Call) -> Job:
    """The job an address names."""
    found = call.world.job(call.words["job"])
    if found is None or found.forgotten:
        raise faults.no_such_thing(call.words["job"])
    return found


def place_of(call: Call) -> Place:
    """The fabric an address names."""
    for place in call.world.estate.places:
        if fold(place.fabric) == fold(call.words["fabric"]):
            return place
    raise faults.site_recovery(
        404,
        "FabricArmEntityMissing",
        f"The fabric '{call.words['fabric']}' doesn't exist.",
        "The fabric was removed.",
        "Refresh the list of fabrics and retry the operation.",
    )


def _container(call: Call, place: Place) -> JsonObject:
    call.world.now()
    count = sum(machine.filed is place for machine in call.world.machines)
    return bodies_estate.container(place, count)


def _plan_of(call: Call, machine: Machine) -> str | None:
    return next((each.name for each in call.world.plans if machine in each.machines), None)


def _fabric_of(call: Call, record: Job) -> str | None:
    for machine in call.world.machines:
        if machine.internal_id == record.target_id:
            return machine.filed.fabric_id
    return None


def _property(name: str, event: JsonObject) -> str | None:
    properties = event["properties"]
    value = properties.get(name) if isinstance(properties, dict) else None
    return value if isinstance(value, str) else None


def _page_token(page: int) -> str:
    return base64.urlsafe_b64encode(f"container#{page}".encode()).decode()


def _page_number(token: str, pages: int) -> int:
    if not token:
        return 0
    for page in range(pages):
        if token == _page_token(page):
            return page
    raise faults.bad_body(f"The skipToken '{token}' isn't one of this list.")


def _parts(call: Call, place: Place | None) -> list[list[Machine]]:
    """The machines of a container in pages that are not too long; an empty one has one page."""
    found = [machine for machine in call.world.machines if machine.filed is place]
    starts = range(0, max(len(found), 1), _LONGEST_PAGE)
    return [found[start : start + _LONGEST_PAGE] for start in starts]


def _pages(call: Call) -> tuple[Place | None, ...]:
    """A page for each container, and one that holds nothing."""
    first, *others = call.world.estate.places
    return (first, None, *others)


def _protectable(call: Call, place: Place) -> list[JsonObject]:
    if place.kind != "HyperVSite":
        return []
    protected = [each for each in call.world.machines if each.original is place]
    waiting = [each for each in call.world.estate.unprotected if each.original is place]
    return [bodies_estate.protectable_item(each, each.item_id) for each in protected] + [
        bodies_estate.protectable_item(each, None) for each in waiting
    ]


def _events(call: Call) -> list[JsonObject]:
    world = call.world
    return bodies_health.events(world.machines, world.jobs, world.began)
