"""What every code of a refusal has, and who there is to help."""

from enum import Enum, StrEnum


class Help(StrEnum):
    """Who can help somebody who was refused."""

    YOURSELF = "Nobody is needed: you can do it yourself."
    ASKER = "Whoever asked, or those who may approve it."
    POLICY = "The owners of the policy file."
    WORKSPACE = "The administrators of the Slack workspace."
    VAULT = "Whoever looks after the vault in Azure."
    KEEPERS = "Whoever runs the bot."


class Code(Enum):
    """One reason for which the bot refuses; the enumerations of it are the areas."""

    def __init__(self, id: str, title: str, means: str, do: str, help: Help) -> None:  # noqa: A002
        self.id = id
        """What people quote: `DR-APPR-02`. Never given another meaning, never used again."""
        self.title = title
        """What is the matter, in a few words."""
        self.means = means
        """What it means, for somebody who has read the sentence and wants to know more."""
        self.do = do
        """What to do next."""
        self.help = help
        """Who can help."""

    @property
    def area(self) -> str:
        """The word between the dashes: `APPR`."""
        return self.id.split("-")[1]
