"""Where CDISC's rules are installed for a user: from the published release, or from what the user has of it."""

from __future__ import annotations

from trialbook.conformance.store.install import install_from, install_release
from trialbook.conformance.store.installation import Installed, installed, installed_rules

__all__ = ["Installed", "install_from", "install_release", "installed", "installed_rules"]
