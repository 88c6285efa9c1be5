"""Let Hypothesis take its time: the machine that runs the tests may have other things to do."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
