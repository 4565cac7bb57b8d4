"""How the primary analysis behaves in trials that are simulated from assumptions: power, type-1 error, bias, coverage."""
