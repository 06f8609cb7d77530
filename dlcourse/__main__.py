"""`python -m dlcourse`, for places where the command is not on the path."""

import sys

from dlcourse.cli import main

sys.exit(main())
