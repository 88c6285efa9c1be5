"""What `dr doctor` finds: how a thing is, in one sentence, and what to do about it."""

from collections.abc import Iterable
from enum import StrEnum

from bot.domain.data import Data


class Grade(StrEnum):
    """How a finding is meant."""

    GOOD = "good"
    CARE = "care"
    """It works, but somebody should know; or it cannot be told."""
    BAD = "bad"
    """Something will not work on the night that it is needed."""


class Diagnosis(Data):
    """One thing that was looked at."""

    grade: Grade
    about: str
    """The subject, such as `Redis`: findings are shown under it."""
    sentence: str
    advice: str = ""


class Subject:
    """Writes the findings of one subject."""

    def __init__(self, about: str) -> None:
        self.about = about

    def good(self, sentence: str) -> Diagnosis:
        """It is as it should be."""
        return Diagnosis(grade=Grade.GOOD, about=self.about, sentence=sentence)

    def care(self, sentence: str, advice: str = "") -> Diagnosis:
        """It works, but somebody should know."""
        return Diagnosis(grade=Grade.CARE, about=self.about, sentence=sentence, advice=advice)

    def bad(self, sentence: str, advice: str = "") -> Diagnosis:
        """Something will not work."""
        return Diagnosis(grade=Grade.BAD, about=self.about, sentence=sentence, advice=advice)


def of_grade(found: Iterable[Diagnosis], grade: Grade) -> tuple[Diagnosis, ...]:
    """Return the findings of one grade."""
    return tuple(one for one in found if one.grade is grade)


def verdict(found: Iterable[Diagnosis]) -> str:
    """Sum findings up in one line."""
    grades = [one.grade for one in found]
    bad, care = grades.count(Grade.BAD), grades.count(Grade.CARE)
    if bad:
        return f"{bad} of {len(grades)} things looked at will not work."
    if care:
        return f"Everything will work; {care} of {len(grades)} things should be known."
    return "All is well."
