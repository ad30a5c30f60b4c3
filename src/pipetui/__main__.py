"""`python -m pipetui`."""

import sys

from pipetui.cli import main

sys.exit(main())
