"""`make fuzz`: the properties of this folder with new inputs each time, for some minutes.

With atheris (`.venv/bin/pip install atheris`, Linux on x86 only) a third of the time is its.
"""

import argparse
import importlib.util
import os
import random
import subprocess
import sys
import tempfile
import time
from typing import Final

_TIMES: Final = "10"
_GUIDED: Final = ("grammar", "policy")


def main() -> int:
    """Go on until the time is up or something was found; returns 1 when it was."""
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    seconds = 60 * parser.parse_args().minutes
    guided = importlib.util.find_spec("atheris") is not None
    if not guided:
        sys.stdout.write("atheris is not installed: no input is looked for by what it reaches\n")
    until = time.monotonic() + seconds * (2 / 3 if guided else 1)
    while time.monotonic() < until:
        seed = random.SystemRandom().randrange(10**9)
        sys.stdout.write(f"DR_FUZZ={_TIMES} DR_FUZZ_SEED={seed}\n")
        sys.stdout.flush()
        command = ["-m", "pytest", "-q", "-n0", f"--hypothesis-seed={seed}", "tests/fuzz"]
        environment = os.environ | {"DR_FUZZ": _TIMES, "DR_FUZZ_SEED": str(seed)}
        if subprocess.run([sys.executable, *command], env=environment, check=False).returncode:
            return 1
    return max(_guided(name, int(seconds / 6)) for name in _GUIDED) if guided else 0


def _guided(name: str, seconds: int) -> int:
    """Let atheris look for inputs of one target; what it finds stays in a folder that is named."""
    folder = tempfile.mkdtemp(prefix=f"fuzz-{name}-")
    options = [folder, f"-max_total_time={seconds}", "-timeout=20", f"-artifact_prefix={folder}/"]
    command = [sys.executable, "-m", "tests.fuzz.coverage_guided", name, *options]
    return min(subprocess.run(command, check=False).returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
