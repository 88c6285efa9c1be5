"""The codes about what was typed: how a command is written, and what the words in it mean."""

from bot.refusals.code import Code, Help


class Type(Code):
    """How a command is written: its options, its name, its reason."""

    NO_COMMAND = (
        "DR-TYPE-01",
        "There is no such command",
        "The first word behind /dr is none that the bot knows.",
        "Type /dr help to see the commands.",
        Help.YOURSELF,
    )
    WANTS_COMMAND = (
        "DR-TYPE-02",
        "A command is needed behind it",
        "This one is about another command, which has to stand behind it.",
        "Type it with any command that changes something, such as failover vm-web01.",
        Help.YOURSELF,
    )
    CHANGES_NOTHING = (
        "DR-TYPE-03",
        "The command changes nothing",
        "There is no preview and no rule for a command that only looks.",
        "Type that command itself.",
        Help.YOURSELF,
    )
    NO_OPTION = (
        "DR-TYPE-04",
        "The command has no such option",
        "Options begin with two dashes, and each command has its own.",
        "Type /dr help and the command to see its options.",
        Help.YOURSELF,
    )
    OPTION_TWICE = (
        "DR-TYPE-05",
        "An option is given twice",
        "Which of the two is meant cannot be told, so neither is taken.",
        "Type it once.",
        Help.YOURSELF,
    )
    WANTS_VALUE = (
        "DR-TYPE-06",
        "An option has no value",
        "Every option is followed by a value.",
        "Type the value behind the option, as the sentence shows it.",
        Help.YOURSELF,
    )
    WRONG_VALUE = (
        "DR-TYPE-07",
        "A value cannot be read",
        "What was typed or filled in is not what the option takes, or is too long.",
        "Type one of the values that the sentence names.",
        Help.YOURSELF,
    )
    WANTS_NAME = (
        "DR-TYPE-08",
        "A name is missing",
        "The command has to say which machine, plan, job or request it is about.",
        "Type the name behind the command.",
        Help.YOURSELF,
    )
    ONE_NAME = (
        "DR-TYPE-09",
        "It takes one name only",
        "Several names were read where one is taken. A word with spaces needs quotation marks.",
        "Type one name, or the command once for each.",
        Help.YOURSELF,
    )
    NO_NAME = (
        "DR-TYPE-10",
        "It takes no name",
        "The command is about everything, and a name was typed behind it.",
        "Type it without the name.",
        Help.YOURSELF,
    )
    NAME_TOO_LONG = (
        "DR-TYPE-11",
        "It is too long for a name",
        "Nothing in Azure has so long a name; perhaps quotation marks are missing or misplaced.",
        "Type the name by itself.",
        Help.YOURSELF,
    )
    WANTS_REASON = (
        "DR-TYPE-12",
        "A reason is missing",
        "The approvers and the audit log need to know why.",
        "Type the command again with: because <reason>.",
        Help.YOURSELF,
    )
    NO_REASON = (
        "DR-TYPE-13",
        "It takes no reason",
        "The command changes nothing, so there is nothing to give a reason for.",
        "Type it without because.",
        Help.YOURSELF,
    )
    REASON_TOO_LONG = (
        "DR-TYPE-14",
        "The reason is too long",
        "It has to fit on the card.",
        "Shorten it and put the rest into the incident channel.",
        Help.YOURSELF,
    )
    ANOTHER_COMMAND = (
        "DR-TYPE-15",
        "Another command shows that",
        "Machines and plans are looked at with different commands.",
        "Type the command that the sentence names.",
        Help.YOURSELF,
    )
    WANTS_END = (
        "DR-TYPE-16",
        "It is not said until when",
        "What is arranged holds for a time, and the command has to say its end, once.",
        "Type until and a time: 14:00, 2026-12-24T18:00, or how long, such as 2h.",
        Help.YOURSELF,
    )
    BAD_END = (
        "DR-TYPE-17",
        "The end has passed, or is too far off",
        "Nothing is arranged for a time that is over, nor for longer than the policy allows.",
        "Type an end between now and what the sentence names.",
        Help.YOURSELF,
    )
    NEEDS_NO_APPROVAL = (
        "DR-TYPE-18",
        "The command needs no approval",
        "It takes effect at once, so there is no preview and no rule for it.",
        "Type that command itself.",
        Help.YOURSELF,
    )


class Name(Code):
    """What is meant by a name: nothing, or more than one thing."""

    NO_MACHINE = (
        "DR-NAME-01",
        "No such machine",
        "No vault of the bot has a replicated machine, or one that could be, of that name.",
        "Look with /dr list. Look with /dr vaults whether a vault cannot be read.",
        Help.VAULT,
    )
    NO_PLAN = (
        "DR-NAME-02",
        "No such recovery plan",
        "No vault of the bot has a recovery plan of that name.",
        "Look with /dr plans.",
        Help.VAULT,
    )
    NO_JOB = (
        "DR-NAME-03",
        "No such job",
        "Azure knows no such job, or none of that machine, plan or request.",
        "Look with /dr jobs.",
        Help.VAULT,
    )
    NO_VAULT = (
        "DR-NAME-04",
        "No such vault",
        "The bot looks after the vaults in DR_VAULTS, and none of them has that name.",
        "Look with /dr vaults.",
        Help.KEEPERS,
    )
    TWINS = (
        "DR-NAME-05",
        "Several are called so",
        "Nothing is guessed: of several with one name, the one that is meant has to be named.",
        "Type it as <name>@<vault>, as the sentence shows it.",
        Help.YOURSELF,
    )
    NO_MATCH = (
        "DR-NAME-06",
        "No machine is meant by it",
        "A pattern, tag, region or vault was typed that no machine answers to.",
        "Look with /dr list and the same words.",
        Help.YOURSELF,
    )
    TOO_MANY = (
        "DR-NAME-07",
        "Too many machines for one request",
        "People cannot decide about more at a time.",
        "Narrow it down, by region: or vault: for example.",
        Help.YOURSELF,
    )
    MIXED = (
        "DR-NAME-08",
        "A plan is mixed with other names",
        "A recovery plan is a request of its own, with an order of its own.",
        "Ask for the plan by itself, then for the rest.",
        Help.YOURSELF,
    )
    BAD_FILTER = (
        "DR-NAME-09",
        "Machines cannot be chosen like that",
        "The word before the colon is none that machines are chosen by, or has nothing behind it.",
        "Type one that the sentence names, such as region:westeurope.",
        Help.YOURSELF,
    )
    ONE_AT_A_TIME = (
        "DR-NAME-10",
        "One machine at a time",
        "What is protected has settings of its own for each machine.",
        "Name one machine.",
        Help.YOURSELF,
    )
    EMPTY_PLAN = (
        "DR-NAME-11",
        "The plan lacks machines",
        "The plan has no machines, or names some that are not in its vault any more.",
        "Name the machines themselves, or mend the plan in the portal.",
        Help.VAULT,
    )
    NO_SUCH_SETTING = (
        "DR-NAME-12",
        "Nothing there is called so",
        "An option names a mapping or a resource group that the vault is not known to use.",
        "Type one that the sentence names, or its whole resource id.",
        Help.VAULT,
    )
    NO_LOCK = (
        "DR-NAME-13",
        "No lock is on that by itself",
        "A lock is ended as a whole: by its id, or by all that it is on.",
        "Look with /dr locks.",
        Help.YOURSELF,
    )
    NO_PERSON = (
        "DR-NAME-14",
        "Who is meant is not clear",
        "Names are not unique, and nobody is guessed at when a vote is given away.",
        "Choose the person from the list that Slack shows behind @, or type their member id.",
        Help.YOURSELF,
    )


class Gone(Code):
    """What was there and is not any more: requests, choices, buttons of an older version."""

    REQUEST = (
        "DR-GONE-01",
        "No such request",
        "No request of that id is stored: it was mistyped, or Redis was emptied.",
        "Look with /dr requests.",
        Help.KEEPERS,
    )
    CHOICE = (
        "DR-GONE-02",
        "The choice has expired",
        "What a command lacked is kept for a short time, and for whoever typed it only.",
        "Type the command again.",
        Help.YOURSELF,
    )
    BUTTON = (
        "DR-GONE-03",
        "The button is too old",
        "The button was drawn by another version of the bot, or what it was for is gone.",
        "Type the command instead.",
        Help.YOURSELF,
    )
    FORM = (
        "DR-GONE-04",
        "The form is too old",
        "The form was opened by another version of the bot.",
        "Type the command again.",
        Help.YOURSELF,
    )
    ENDED = (
        "DR-GONE-05",
        "It does not hold any more",
        "The lock or the delegation has run out, or somebody has ended it.",
        "Look with /dr locks or /dr delegations.",
        Help.YOURSELF,
    )


class Log(Code):
    """What an auditor brings along to check the log with."""

    NO_ANCHOR = (
        "DR-LOG-01",
        "The file holds no anchor",
        "None of its lines names an entry of the audit log with its hash.",
        "Bring JSON Lines with sequence and hash, or text copied or exported out of Slack.",
        Help.YOURSELF,
    )
    BAD_LINE = (
        "DR-LOG-02",
        "A line of the sink is no entry",
        "A whole line of the file that DR_AUDIT_SINK names is not what the bot writes there.",
        "Find out who changed the file; the log in Redis can be checked without it.",
        Help.KEEPERS,
    )
