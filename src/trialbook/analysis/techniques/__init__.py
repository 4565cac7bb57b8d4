"""What the plan's techniques compute: each takes a parameter's records and gives results."""
