"""`python -m handlers` is `dr`, for a checkout that is not installed."""

import sys

from handlers.command_line import main

sys.exit(main())
