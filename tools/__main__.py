"""`python -m turnfold.tools`: the command, where its script is not on the path."""

from __future__ import annotations

import sys

from turnfold.tools.cli import main

sys.exit(main())
