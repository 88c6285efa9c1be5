"""What people type, on phones and desktops, with all that keyboards and Slack do to it."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.arrangements import VERBS
from bot.domain.grammar import LONGEST_NAME, LONGEST_REASON, Command, parse, tidy
from bot.errors import Misunderstood

POINT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
FAILOVER = Command(
    verb="failover",
    targets=("vm-web01",),
    options={"point": "latest", "shutdown": "no"},
    reason="West Europe is down",
)


def said(text: str) -> Command:
    """Read what somebody typed after `/dr`."""
    return parse(text, VERBS)


def misunderstood(text: str) -> str:
    """Read what cannot be read, and return sentence and advice."""
    with pytest.raises(Misunderstood) as caught:
        said(text)
    assert caught.value.sentence
    return str(caught.value)


def outcome(text: str) -> Command | Misunderstood:
    """Return what a text means, be it an error."""
    try:
        return said(text)
    except Misunderstood as error:
        return error


@pytest.mark.parametrize(
    "text",
    [
        "failover vm-web01 because West Europe is down",
        "  FAILOVER   vm-web01\tBecause  West Europe\nis down ",
        "failover “vm-web01” because West Europe is down",
        "failover 'vm-web01' because West Europe is down",
        "failover `vm-web01` because West Europe is down",
        "failover <http://vm-web01|vm-web01> because West Europe is down",
        "failover vm\u2060-web01\u200b because West\u00a0Europe is down",
        "failover \u202evm-web01\u202c because West Europe is down",
        "failover vm-web01 --point latest because West Europe is down",
        "failover vm-web01 —point latest because West Europe is down",
        "failover vm-web01 –shutdown=no because West Europe is down",
        "failover --point=LATEST vm-web01 because West Europe is down",
    ],
)
def test_the_same_command_in_many_hands(text: str) -> None:
    """Quotes, dashes, spaces, links and invisible characters make no difference."""
    assert said(text) == FAILOVER


def test_nothing_typed_is_the_empty_verb() -> None:
    """`/dr` alone."""
    assert said("").verb == ""
    assert said(" \u200b ").verb == ""


def test_options_come_out_in_canonical_form_with_their_defaults() -> None:
    """In any casing; a point's id is taken as it is."""
    command = said(f"failover vm-web01 --shutdown YES --point {POINT} because of a test")
    assert command.options == {"point": POINT, "shutdown": "yes"}
    defaults = {"point": "latest", "shutdown": "no", "sync": ""}
    assert said("failback vm-web01").options == defaults


def test_a_reason_keeps_its_words_and_loses_its_markup() -> None:
    """Mentions and links become the words that people read."""
    command = said("commit vm-web01 because <@U1|ann> saw <!channel> in <#C1|ops> — “fine”")
    assert command.reason == "@ann saw @channel in #ops — “fine”"


def test_only_the_first_because_counts() -> None:
    """The rest belongs to the reason."""
    assert said("commit vm-web01 because it works because I say so").reason == (
        "it works because I say so"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("failovr vm-web01 because x", ["no command “failovr”", "Did you mean /dr failover"]),
        ("teleport vm-web01", ["no command “teleport”", "/dr help"]),
        ("because of this", ["a reason but no command"]),
        ("failover because x", ["needs a machine", "/dr failover <machine>"]),
        ("failover vm-web01", ["Say why", "because <reason>"]),
        ("failover vm-web01 because", ["Say why"]),
        ("points vm-web01 vm-web02", ["reads like 2", "“vm-web01”, “vm-web02”"]),
        ("failover vm-web01 --speed fast because x", ["no option --speed", "--point, --shutdown"]),
        ("commit vm-web01 --point latest", ["no option --point", "/dr commit"]),
        ("failover vm-web01 --point because x", ["--point needs a value"]),
        ("failover vm-web01 --point --shutdown yes because x", ["--point needs a value"]),
        ("failover vm-web01 --point newest because x", ["'newest' is not a recovery point"]),
        ("failover vm-web01 --shutdown maybe because x", ["'maybe' is not yes or no"]),
        ("failover v --point app --point app because x", ["--point is given twice"]),
        ("requests vm-web01", ["takes no name"]),
        ("status vm-web01 because x", ["takes no reason"]),
        (f"commit {'v' * (LONGEST_NAME + 1)}", ["too long to be a name"]),
        (f"commit vm-web01 because {'x' * (LONGEST_REASON + 1)}", ["501 characters", "500"]),
        ("reprotect vm-web01 --cache stcache", ["not the resource id of a storage account"]),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_type(text: str, words: list[str]) -> None:
    """Every sentence names what is the matter."""
    answer = misunderstood(text)
    for one in words:
        assert one in answer


def test_a_long_word_is_shown_short() -> None:
    """Nobody's screen is filled with what they typed."""
    assert len(misunderstood("x" * 4000)) < 200


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a &amp; b", "a & b"),
        ("a &lt; b", "a < b"),
        ("AT&T &copy disk&part=1", "AT&T &copy disk&part=1"),
        ("&amp;lt;", "&lt;"),
        ("a > b &amp; c", "a > b &amp; c"),
        ("&lt;!channel&gt;", "@channel"),
        ("<https://x.example/?a=1&amp;b=2>", "https://x.example/?a=1&b=2"),
        ("<<a>>", "a"),
        ("e\u200b\u0301", "\u00e9"),
    ],
)
def test_tidying_undoes_what_slack_did_and_no_more(typed: str, meant: str) -> None:
    """Slack escapes three characters, once."""
    assert tidy(typed) == meant


odd = st.sampled_from(
    [
        *("“vm”", "—point", "–", "--point=app", "<!channel>", "<@U1|ann>", "<#C1>", "<", ">", "`"),
        *("because", "failover", "vm-web01", "\u202e", "\u00a0", "\u200b", "\u0301", "'", '"', "|"),
        *("🙂", "👩\u200d💻", "\u2066", "\x00", "=", "--", "−x", "\n", "ﬁ", "Å"),
    ]
)
letters = st.text(max_size=60) | st.text("abc <>|!@#'\"-—“` ", max_size=60)
typed = st.lists(odd | letters, max_size=40).map(" ".join) | st.lists(odd, max_size=60).map("".join)


@given(typed.map(lambda text: text[:4000]))
@example("🙂" * 4000)
@example("<" * 2000 + ">" * 2000)
@example("failover vm-web01 —point “latest” because <!channel> `x` \u202eevil")
@example("because" * 500)
def test_any_text_is_read_or_answered(text: str) -> None:
    """Whatever is typed is a command or a sentence, never a crash."""
    meant = outcome(text)
    if isinstance(meant, Command):
        assert meant.verb in {*VERBS, ""}
        assert "\u202e" not in meant.reason + meant.target
    else:
        assert meant.sentence.endswith((".", "?"))
        assert len(meant.sentence) < 300


@given(typed)
@example("<<a>b>")
@example("e\u200b\u0301<x>\u0338")
def test_tidying_twice_is_tidying_once(text: str) -> None:
    """For all that is not an entity, which Slack and we each handle exactly once."""
    assume("&" not in text)
    assert tidy(tidy(text)) == tidy(text)


def slack_escaped(text: str) -> str:
    """Escape as Slack does."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(typed)
@example("commit vm-web01 because R&D saw a < b &copy c > d")
@example("commit vm-web01 because <b> said so")
def test_escaped_and_unescaped_texts_mean_the_same(text: str) -> None:
    """Slack may send either, whatever the text holds but entities themselves."""
    assume(not any(entity in text for entity in ("&amp;", "&lt;", "&gt;")))
    one, other = outcome(slack_escaped(text)), outcome(text)
    assert one == other or str(one) == str(other)


def test_a_list_takes_several_words() -> None:
    """A machine is still one name, so that a forgotten *because* is noticed."""
    command = parse("list vm-web* region:westeurope --page 2", VERBS)
    assert (command.target, command.options) == ("vm-web* region:westeurope", {"page": "2"})
    assert "takes one name" in misunderstood("status vm-web01 vm-web02")


def test_until_is_a_clause_where_a_verb_knows_it() -> None:
    """Anywhere before the reason, and what it names is checked at once."""
    for text in (
        "lock vm-web01 vm-db* until 14:00 because patching",
        "lock until 14:00 vm-web01 vm-db* because patching",
        "LOCK vm-web01,vm-db* Until “14:00” because patching",
    ):
        command = said(text)
        assert (command.targets, command.until) == (("vm-web01", "vm-db*"), "14:00")
        assert command.reason == "patching"
    assert said("delegate U0ERIN until 2h --only failover").until == "2h"


def test_a_machine_called_until_can_be_named() -> None:
    """In quotes, and without them wherever nothing is until anything."""
    command = said('lock "until" until 2h because patching')
    assert (command.targets, command.until) == (("until",), "2h")
    assert said("status until").targets == ("until",)
    assert said("failover until because it is down").until == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lock vm-web01 because patching", "Say until when."),
        ("lock vm-web01 until because patching", "Behind “until” a time is missing."),
        ("lock vm-web01 until 2h until 3h because patching", "said twice"),
        ("lock vm-web01 until tomorrow because patching", "'tomorrow' does not name a time"),
        ("lock until 2h because patching", "needs a machine"),
        ("lock vm-web01 until 2h", "Say why"),
        ("delegate until 2h", "needs a person"),
    ],
)
def test_a_broken_until_is_answered(text: str, words: str) -> None:
    """With what to type instead."""
    answer = outcome(text)
    assert isinstance(answer, Misunderstood)
    assert words in str(answer)


def test_a_person_is_meant_by_the_id_that_slack_says() -> None:
    """Names are not unique; in the reason they are shown all the same."""
    command = said("delegate <@U0ERIN00000|erin> until 2h because <@U0BO|bo> is away")
    assert command.targets == ("@U0ERIN00000",)
    assert command.reason == "@bo is away"
    assert said("undelegate <@W0ERIN>").targets == ("@W0ERIN",)
