"""Figures of other programs and of papers, as data, against which the methods of :mod:`trialbook.analysis` are checked."""
