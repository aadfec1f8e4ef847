"""Accounts, decompositions, allocations and bargains; its packages do not import one another."""
