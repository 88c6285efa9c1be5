"""The codes about the other end: what a machine does not offer now, and who did not answer."""

from bot.refusals.code import Code, Help


class Now(Code):
    """What Azure does not offer for a machine, plan or job in the state in which it is."""

    NOT_OFFERED = (
        "DR-NOW-01",
        "Azure does not offer it now",
        "Azure says of each machine, plan and job what it allows just then, and this is not there.",
        "Ask for what the sentence names, or look with /dr status why it is in that state.",
        Help.VAULT,
    )
    BUSY = (
        "DR-NOW-02",
        "Azure is at work on it",
        "Azure runs something on it and takes nothing else until that has ended.",
        "Ask again when it has ended; /dr status shows it.",
        Help.VAULT,
    )
    OTHER_PROVIDER = (
        "DR-NOW-03",
        "Not for what replicates it",
        "Site Recovery replicates machines in several ways, and this one does not have that.",
        "Ask for what the sentence names; README has the table of what goes with which.",
        Help.VAULT,
    )
    TEST_IS_THERE = (
        "DR-NOW-04",
        "A test failover was not cleaned up",
        "Until its copy is deleted, Azure offers nothing else for the machine.",
        "Clean it up first, with /dr cleanup.",
        Help.YOURSELF,
    )
    WRONG_KIND = (
        "DR-NOW-05",
        "Not for this kind of thing",
        "Some operations are done to machines and plans, some to jobs, some to what is not "
        "protected yet.",
        "Type /dr help and the operation to see what it takes.",
        Help.YOURSELF,
    )
    SOME_CANNOT = (
        "DR-NOW-06",
        "Not all machines of the plan can",
        "Azure does the plan as a whole, and would fail at those that the sentence names.",
        "Ask for those that can, by themselves.",
        Help.VAULT,
    )
    NONE_CAN = (
        "DR-NOW-07",
        "None of the machines can",
        "Of several machines those that cannot are left out, and here that is all of them.",
        "Look with /dr status and the name of one.",
        Help.VAULT,
    )
    PROTECTED = (
        "DR-NOW-08",
        "It is protected already",
        "The machine is replicated, so there is nothing to begin.",
        "Ask for what the sentence names; /dr status shows how it is.",
        Help.YOURSELF,
    )
    NOT_PROTECTABLE = (
        "DR-NOW-09",
        "It cannot be protected as it is",
        "Azure, or what is known of the machine, speaks against replicating it.",
        "Put right in Azure what the sentence names, then ask again.",
        Help.VAULT,
    )
    NO_MAPPING = (
        "DR-NOW-10",
        "The vault has no way there",
        "Machines replicate along a container mapping, and there is none for this direction.",
        "Create it in the portal (Site Recovery infrastructure), then ask again.",
        Help.VAULT,
    )
    WRONG_WAY = (
        "DR-NOW-11",
        "It runs at the other end",
        "Failover leads away from home and failback leads home; the machine is there already.",
        "Ask for the other one of the two.",
        Help.YOURSELF,
    )
    NOT_COMMITTED = (
        "DR-NOW-12",
        "The failover is not committed yet",
        "Azure would commit it on the way, and throw its other recovery points away unasked.",
        "Commit it first, with /dr commit.",
        Help.YOURSELF,
    )
    NO_POINT = (
        "DR-NOW-13",
        "There is no such recovery point",
        "The machine has no recovery point of that kind, id or time.",
        "Look with /dr points; --point latest needs none.",
        Help.YOURSELF,
    )
    POINT_OF_ONE = (
        "DR-NOW-14",
        "The plan has no such recovery point",
        "The machines of a plan have points of a kind in common, and no single one.",
        "Type one that the sentence names, or ask for the machine by itself.",
        Help.YOURSELF,
    )
    NOT_TOLD = (
        "DR-NOW-15",
        "Azure does not say what is needed",
        "What the call has to name could not be read from Azure, and is never guessed.",
        "Wait a minute and ask again, or use the portal.",
        Help.VAULT,
    )
    NO_SUCH_OPTION = (
        "DR-NOW-16",
        "The option means nothing for this machine",
        "Each way of replicating has options of its own.",
        "Leave it out, or type one that the sentence names.",
        Help.YOURSELF,
    )
    MOVED = (
        "DR-NOW-17",
        "The machine has moved",
        "The virtual machine is in another region now than when it was found.",
        "Ask again.",
        Help.VAULT,
    )


class Far(Code):
    """What happened at the other end: no answer, or the answer no."""

    NO_ANSWER = (
        "DR-FAR-01",
        "Somebody did not answer",
        "Azure, Slack or Redis could not be reached, or many people wrote at the same moment.",
        "Look at the card, then try again.",
        Help.KEEPERS,
    )
    ANSWER_LOST = (
        "DR-FAR-02",
        "An answer was lost",
        "Something was sent to Azure, and nobody can tell yet whether it began. It is never sent "
        "again blindly.",
        "Wait: the bot looks for the job. The card says what it finds.",
        Help.VAULT,
    )
    AZURE_SAID_NO = (
        "DR-FAR-03",
        "Azure answered no",
        "The sentence is Azure's own.",
        "Follow what it says. When it is about rights, dr doctor names those that are missing.",
        Help.VAULT,
    )
    SLACK_SAID_NO = (
        "DR-FAR-04",
        "Slack answered no",
        "The sentence has Slack's own word for it, such as channel_not_found.",
        "Invite the bot to the channel; dr doctor names what else it lacks.",
        Help.WORKSPACE,
    )
    OTHER_VERSION = (
        "DR-FAR-05",
        "A record of another version",
        "Another version of the bot wrote this, and this one cannot read it.",
        "Have all processes run the same version.",
        Help.KEEPERS,
    )
    TAMPERED = (
        "DR-FAR-06",
        "A record is not as the bot wrote it",
        "It does not carry the bot's seal, so nothing is done with it.",
        "Ask again, and find out who can write to Redis.",
        Help.KEEPERS,
    )
