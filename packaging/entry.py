"""What the packaged program runs."""

import sys

from kmp_desktop.__main__ import main

sys.exit(main())
