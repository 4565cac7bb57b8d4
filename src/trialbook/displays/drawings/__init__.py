"""Drawings of a clinical study report: from arrays and counts to a ``Drawing``, a module a kind. Without data: the shell."""
