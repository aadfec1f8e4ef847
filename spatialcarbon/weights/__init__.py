"""Who neighbours whom: one backbone per map."""
