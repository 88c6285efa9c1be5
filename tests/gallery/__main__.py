"""`make gallery`: write what every example looks like now, to be read as a difference."""

from tests.gallery import NAMES
from tests.gallery.reviewed import FOLDER, renew

changed, stale = renew()
print(  # noqa: T201 - it tells whoever started it
    f"{len(NAMES)} examples: {changed} files written, {stale} removed. Read `git diff {FOLDER}`."
)
