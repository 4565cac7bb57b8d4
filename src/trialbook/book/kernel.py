"""``python -m trialbook.book.kernel``: the Jupyter kernel of a page, which notes what the page reads."""

from __future__ import annotations

from ipykernel.kernelapp import launch_new_instance

from trialbook.pages.reads import watch

if __name__ == "__main__":
    watch()
    launch_new_instance()
