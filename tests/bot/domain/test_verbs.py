"""The verbs: what is typed, shown as help and checked follows from each function alone."""

from typing import Annotated

import pytest

from bot.arrangements import VERBS
from bot.domain.verbs import Argument, describe, one_of
from bot.errors import Misunderstood

USAGE = {
    "failover": "/dr failover <machine>… "
    "[--point latest|processed|app|multivm|before:<time>|<id>] [--shutdown yes|no] "
    "because <reason>",
    "commit": "/dr commit <machine>… [because <reason>]",
    "reprotect": "/dr reprotect <machine>… [--cache <storage account id>] [--agent <name>] "
    "[--datastore <name>] [--log-storage <storage account id>] [--process-server <name>] "
    "[--master-target <name>] [--retention-drive <drive>] [--run-as <name>] [--policy <name>] "
    "[--storage <storage account id>] [because <reason>]",
    "failback": "/dr failback <machine>… "
    "[--point latest|processed|app|multivm|before:<time>|<id>] [--shutdown yes|no] "
    "[--sync downtime|before] [because <reason>]",
    "change-point": "/dr change-point <machine>… "
    "[--point processed|app|multivm|before:<time>|<id>] [because <reason>]",
    "planned-failover": "/dr planned-failover <machine>… because <reason>",
    "cancel-failover": "/dr cancel-failover <machine>… [because <reason>]",
    "test-failover": "/dr test-failover <machine>… [--network <virtual network id>] "
    "[--point latest|processed|app|multivm|before:<time>|<id>] [because <reason>]",
    "cleanup": '/dr cleanup <machine>… [--notes "<what the test showed>"] [because <reason>]',
    "resynchronise": "/dr resynchronise <machine>… [because <reason>]",
    "protect": "/dr protect <machine> [--vault <name>] [--policy <name>] "
    "[--group <resource group id>] [--cache <storage account id>] "
    "[--storage <storage account id>] [--network <virtual network id>] [--os Windows|Linux] "
    "[--os-disk <name>] because <reason>",
    "cancel-job": "/dr cancel-job <job>|<request>|<machine> [because <reason>]",
    "restart-job": "/dr restart-job <job>|<request>|<machine> [because <reason>]",
    "resume-job": "/dr resume-job <job>|<request>|<machine> [because <reason>]",
    "breakglass": "/dr breakglass <any command> because <reason>",
    "status": "/dr status [<machine>]",
    "list": "/dr list [<filter>…] [--page <number>]",
    "points": "/dr points <machine>",
    "vaults": "/dr vaults",
    "plans": "/dr plans",
    "plan": "/dr plan <plan>",
    "policy": "/dr policy explain <any command>",
    "doctor": "/dr doctor",
    "ready": "/dr ready [<machine>|plan:<name>|all]",
    "jobs": "/dr jobs [<machine>|<job id>] [--which recent|active|failed] [--page <number>]",
    "events": "/dr events [<machine>] [--severity all|critical|warning|info] [--page <number>]",
    "nudge": "/dr nudge <request>",
    "request": "/dr request <request> "
    "[--which all|failed|unknown|running|waiting|succeeded] [--page <number>]",
    "requests": "/dr requests",
    "preview": "/dr preview <any command>",
    "audit": "/dr audit [<machine>|<request>] [--since <date>] [--kind <words>] [--by <person>] "
    "[--page <number>]",
    "verify": "/dr verify <request>",
    "help": "/dr help [<command>|<code>|all]",
    "locks": "/dr locks",
    "delegations": "/dr delegations",
    "lock": "/dr lock <machine>…|plan:<name>|all until <time> because <reason>",
    "unlock": "/dr unlock <lock>|<machine>…|plan:<name>|all [because <reason>]",
    "delegate": "/dr delegate @<person> until <time> [--only <operation>,…] "
    "[--machines <pattern>,…] [because <reason>]",
    "undelegate": "/dr undelegate @<person> [because <reason>]",
    "declare": '/dr declare "<what is down>" [region:<region>] [channel:here]',
    "note": "/dr note <what happened>",
    "update": "/dr update [conditions: … actions: … needs: …]",
    "timeline": "/dr timeline [<incident>]",
    "close": "/dr close [<how it ended>]",
}


def test_every_usage_line_is_as_people_know_it() -> None:
    """A change here is a change of what people type."""
    assert {name: verb.usage for name, verb in VERBS.items()} == USAGE


def test_every_verb_explains_itself() -> None:
    """One sentence in the imperative, and a line for each option."""
    for verb in VERBS.values():
        assert verb.help.endswith(".")
        assert "\n" not in verb.help
        assert all(option.argument.help for option in verb.options)


def test_a_verb_is_read_from_its_function() -> None:
    """Name, help, details and options, with nothing said twice."""
    number = Argument("Times", "<n>", "how many", one_of("1", "2"))

    def try_(_ground: object, *, times: Annotated[str, number] = "1") -> None:
        """Try something.

        It may help.
        """

    verb = describe(try_, target="machine", target_required=False)
    assert (verb.name, verb.help, verb.details) == ("try", "Try something.", "It may help.")
    assert [(one.name, one.default) for one in verb.options] == [("times", "1")]
    assert verb.usage == "/dr try [<machine>] [--times <n>]"


def test_an_option_without_an_argument_is_a_mistake_of_ours() -> None:
    """It is found when the program starts, not when somebody types it."""

    def wrong(_ground: object, *, times: str = "1") -> None:
        """Do it wrongly."""

    with pytest.raises(TypeError, match="Annotated"):
        describe(wrong, target=None)


def test_a_check_takes_its_words_in_any_casing() -> None:
    """Anything else is answered with the choices."""
    check = one_of("one", "two", "three")
    assert check("TWO") == "two"
    with pytest.raises(Misunderstood, match="'four' is not one, two or three"):
        check("four")
