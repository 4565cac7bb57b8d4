"""``python -m trialbook``: the command line, where the script of that name is not on the path."""

from trialbook.cli import main

main()
