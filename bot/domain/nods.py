"""People's word that a manual action is done, for which a job waits."""

from bot.domain.data import Data, digest
from bot.domain.jobs import JobStep
from bot.domain.people import Person


class Nod(Data):
    """A person's word that a manual action is done, by which the job goes on."""

    task: str
    """Azure's id of the manual action, or its name where it has none."""
    person: Person
    note: str
    at: int
    click: str
    claim: str
    """Which carrying out of the click wrote it: no other tells Azure."""


def nod_key(step: JobStep) -> str:
    """Return what a manual action is called in a nod."""
    return step.id or step.name


def nod_mark(step: JobStep) -> str:
    """Return what stands for a manual action in the form about it, however long its name is."""
    return digest([step.id, step.name])[:16]
