"""What people decide on records and trials: screening, extraction, what waits."""
