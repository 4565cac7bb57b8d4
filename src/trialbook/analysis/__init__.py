"""From SDTM datasets to what the statistical analysis plan asks for."""
