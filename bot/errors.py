"""The errors of the bot, written for the person who will read them.

    DrError
    ├── Misconfigured        a setting or file is wrong: the process stops with this sentence
    ├── Refused              we will not, and say why; expected, never logged as a failure
    │   ├── Misunderstood    we could not read what was typed; says what to type instead
    │   ├── NotAllowed       this person may not do this
    │   └── NotNow           the machine or the request does not offer this at the moment
    ├── Ambiguous            several machines match; the matches come along to choose from
    ├── Missing              something only a person can tell us is needed before asking
    ├── AzureRefused         Azure answered, and the answer is no
    ├── SlackRefused         Slack answered, and the answer is no
    ├── Unavailable          somebody at the other end did not answer; trying again may help
    │   ├── OtherVersion     a stored record is ours, and this version cannot read it
    │   ├── AnswerLost       a change was sent and its answer was lost: it may or may not have begun
    │   └── TurnedAway       Azure's front door was busy, and let the change through to nobody
    ├── IllegalStep          a request was asked to make a step its table does not have
    └── Tampered             a stored record is not as we wrote it

Every error carries a `sentence` (what is the matter) and may carry `advice` (what to do next) and
the `refusal` that `docs/refusals.md` explains; whoever refuses has to name one.
"""

from collections.abc import Mapping, Sequence

from bot.refusals import Code, Far


class DrError(Exception):
    """Anything we can explain to a person."""

    refusal: Code | None = None
    """Where the explanation is, if there is one; `code` is the far end's own where it has one."""

    def __init__(self, sentence: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".strip()


class Misconfigured(DrError):
    """A setting or a file is wrong; the process must stop."""


class Refused(DrError):
    """We will not do it; the sentence says why, and the refusal where that is explained."""

    def __init__(self, refusal: Code, sentence: str, advice: str = "") -> None:
        super().__init__(sentence, advice)
        self.refusal: Code = refusal


class Misunderstood(Refused):
    """What was typed could not be read."""


class NotAllowed(Refused):
    """This person may not do this."""


class NotNow(Refused):
    """The target does not offer this in the state it is in."""


class Ambiguous(DrError):
    """Several targets match a name; `matches` are (id, label) pairs, never empty."""

    def __init__(self, sentence: str, matches: Sequence[tuple[str, str]]) -> None:
        super().__init__(sentence)
        self.matches = tuple(matches)


class Missing(DrError):
    """Only a person can name the options `what`, for the machine of that id and name.

    `choices` are the (value, label) pairs that there are to choose from, by option.
    """

    def __init__(
        self,
        sentence: str,
        what: tuple[str, ...],
        *,
        target: str,
        name: str,
        advice: str = "",
        choices: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    ) -> None:
        super().__init__(sentence, advice)
        self.what = what
        self.target = target
        self.name = name
        self.choices = {} if choices is None else choices


class AzureRefused(DrError):
    """Azure answered no: `status` and `code` are Azure's, the sentence is its own message."""

    refusal = Far.AZURE_SAID_NO

    def __init__(self, sentence: str, *, status: int, code: str = "", advice: str = "") -> None:
        super().__init__(sentence, advice)
        self.status = status
        self.code = code


class SlackRefused(DrError):
    """Slack answered no: `code` is Slack's own error word, such as `channel_not_found`."""

    refusal = Far.SLACK_SAID_NO

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack refused: {code}.")
        self.code = code


class Unavailable(DrError):
    """Nobody answered; `retry_after` is in seconds when the other end named a time."""

    refusal = Far.NO_ANSWER

    def __init__(
        self, sentence: str, *, retry_after: float | None = None, advice: str = ""
    ) -> None:
        super().__init__(sentence, advice)
        self.retry_after = retry_after


class OtherVersion(Unavailable):
    """A record that carries our seal and was written by another version of the bot."""

    refusal = Far.OTHER_VERSION


class AnswerLost(Unavailable):
    """A change was sent and no answer tells us whether it was accepted."""

    refusal = Far.ANSWER_LOST


class TurnedAway(Unavailable):
    """A change was turned away by Azure's own front door, so that nothing can have begun."""


class IllegalStep(DrError):
    """A step that the request's table does not have; nothing was changed."""


class Tampered(DrError):
    """A stored record does not carry our seal, or not for what it says."""

    refusal = Far.TAMPERED
