"""People and trouble at random for some seconds: nothing lost, nothing doubled, no untrue card.

`make soak` goes on for minutes, with another seed each time it is told one.
"""

from tests.soak.__main__ import report
from tests.soak.run import soak

SECONDS = 20.0


async def test_whatever_people_and_trouble_do_the_account_comes_out_even() -> None:
    """Every request, job, card, key and entry is looked at when all is calm."""
    soaked = await soak(SECONDS, seed=3)
    assert soaked.kept, report(soaked)
    assert soaked.account.requests, report(soaked)
    assert soaked.struck, report(soaked)
