"""Everything that can be read from the vault: each function answers one address.

Lists are whole, except the vault-wide list of items: that one comes a container at a time, and a
page of it may be empty and still lead to another.
"""

import base64
from functools import partial
from urllib.parse import quote, urlencode

from sandbox.vault import bodies_estate, bodies_health, bodies_items, bodies_jobs, faults, filters
from sandbox.vault.calls import Answer, Call, listed
from sandbox.vault.estate import PAIRINGS, PLACES, POLICIES
from sandbox.vault.jobs import Job
from sandbox.vault.machines import Machine, Place
from sandbox.vault.names import JsonObject, fold, told
from sandbox.vault.points import find, points

_PAGES: tuple[Place | None, ...] = (PLACES[0], None, *PLACES[1:])


def fabrics(_call: Call) -> Answer:
    """The regions and sites."""
    return listed([bodies_estate.fabric(place) for place in PLACES])


def fabric(call: Call) -> Answer:
    """One region or site."""
    return Answer(body=bodies_estate.fabric(_place(call)))


def containers(call: Call) -> Answer:
    """The containers of the vault, or of one fabric."""
    places = [_place(call)] if "fabric" in call.words else list(PLACES)
    return listed([_container(call, place) for place in places])


def container(call: Call) -> Answer:
    """One container."""
    return Answer(body=_container(call, place_of_container(call)))


def mappings(call: Call) -> Answer:
    """The mappings of the vault, or those from and to one container."""
    pairings = list(PAIRINGS)
    if "container" in call.words:
        place = place_of_container(call)
        pairings = [each for each in pairings if place in (each.source, each.target)]
    return listed([bodies_estate.mapping(each) for each in reversed(pairings)])


def policies(_call: Call) -> Answer:
    """The replication policies."""
    return listed([bodies_estate.policy(each) for each in POLICIES])


def policy(call: Call) -> Answer:
    """One replication policy."""
    for each in POLICIES:
        if fold(each.name) == fold(call.words["policy"]):
            return Answer(body=bodies_estate.policy(each))
    raise faults.no_such_thing(call.words["policy"])


def all_items(call: Call) -> Answer:
    """One page of the items of the whole vault."""
    page = _page_number(call.query.get("skipToken", ""))
    place = _PAGES[page]
    machines = [machine for machine in call.world.machines if machine.home is place]
    kept: list[Machine] = filters.matching(
        machines,
        call.query.get("$filter", ""),
        {
            "instancetype": lambda machine: machine.provider,
            "sourcefabricname": lambda machine: machine.home.fabric,
            "sourcefabriclocation": lambda machine: machine.home.region,
            "recoveryplanname": lambda machine: _plan_of(call, machine),
        },
    )
    values = [bodies_items.item(machine, call.world.now(), single=False) for machine in kept]
    if page == 0:
        values += call.world.strangers
    if page + 1 == len(_PAGES):
        return listed(values)
    query = {**call.query, "skipToken": _page_token(page + 1)}
    link = f"{call.base_url}{told('replicationProtectedItems')}?{urlencode(query, quote_via=quote)}"
    return listed(values, link)


def items(call: Call) -> Answer:
    """The items of one container."""
    place, now = place_of_container(call), call.world.now()
    found = [machine for machine in call.world.machines if machine.home is place]
    values = [bodies_items.item(machine, now, single=False) for machine in found]
    return listed(values + (call.world.strangers if place is _PAGES[0] else []))


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
    return listed([bodies_estate.plan(each) for each in call.world.plans])


def plan(call: Call) -> Answer:
    """One recovery plan."""
    for each in call.world.plans:
        if fold(each.name) == fold(call.words["plan"]):
            return Answer(body=bodies_estate.plan(each))
    raise faults.no_such_thing(call.words["plan"])


def jobs(call: Call) -> Answer:
    """The jobs, newest first, stripped of nearly everything."""
    now = call.world.now()
    found = sorted(call.world.jobs, key=lambda each: each.started, reverse=True)
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
    answer.headers["x-ms-request-id"] = told("replicationJobs", found.job_id)
    return answer


def events(call: Call) -> Answer:
    """What happened lately."""
    world = call.world
    found = bodies_health.events(world.machines, world.jobs, world.now())
    names = ("eventCode", "severity", "eventType", "affectedObjectFriendlyName")
    readers = {name.casefold(): partial(_property, name) for name in names}
    return listed(filters.matching(found, call.query.get("$filter", ""), readers))


def vault_health(call: Call) -> Answer:
    """How the vault is."""
    call.world.now()
    return Answer(body=bodies_health.vault_health(call.world.machines))


def virtual_machine(call: Call) -> Answer:
    """A virtual machine outside the vault, where it exists."""
    call.world.now()
    wanted = fold(call.path)
    for machine in call.world.machines:
        for place in (machine.home, machine.recovery):
            exists = machine.replica_exists if place is machine.recovery else place.kind == "Azure"
            if exists and fold(machine.vm_id(place)) == wanted:
                return Answer(body=bodies_estate.virtual_machine(machine, place))
    name, group = call.words["vm"], call.words["group"]
    raise faults.Fault(
        404,
        "ResourceNotFound",
        f"The Resource 'Microsoft.Compute/virtualMachines/{name}' under resource group '{group}' "
        "was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def place_of_container(call: Call) -> Place:
    """The container an address names."""
    place = _place(call)
    if fold(place.container) != fold(call.words["container"]):
        raise faults.no_such_thing(call.words["container"])
    return place


def machine_of(call: Call) -> Machine:
    """The machine an address names; none when it lives in another container by now."""
    call.world.now()
    place = place_of_container(call)
    for machine in call.world.machines:
        if machine.home is place and fold(machine.item_name) == fold(call.words["item"]):
            return machine
    raise faults.no_such_thing(call.words["item"])


def job_of(call: Call) -> Job:
    """The job an address names."""
    found = call.world.job(call.words["job"])
    if found is None:
        raise faults.no_such_thing(call.words["job"])
    return found


def _place(call: Call) -> Place:
    for place in PLACES:
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
    count = sum(machine.home is place for machine in call.world.machines)
    return bodies_estate.container(place, count)


def _plan_of(call: Call, machine: Machine) -> str | None:
    return next((each.name for each in call.world.plans if machine in each.machines), None)


def _fabric_of(call: Call, record: Job) -> str | None:
    for machine in call.world.machines:
        if machine.internal_id == record.target_id:
            return machine.home.fabric_id
    return None


def _property(name: str, event: JsonObject) -> str | None:
    properties = event["properties"]
    value = properties.get(name) if isinstance(properties, dict) else None
    return value if isinstance(value, str) else None


def _page_token(page: int) -> str:
    return base64.urlsafe_b64encode(f"container#{page}".encode()).decode()


def _page_number(token: str) -> int:
    if not token:
        return 0
    for page in range(len(_PAGES)):
        if token == _page_token(page):
            return page
    raise faults.bad_body(f"The skipToken '{token}' isn't one of this list.")
