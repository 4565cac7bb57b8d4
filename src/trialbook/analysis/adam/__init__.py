"""Analysis datasets (ADaM): how they are specified (``analysis_specs/``), and made from SDTM datasets."""
