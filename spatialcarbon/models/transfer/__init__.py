"""Embodied transfers: whose demand causes whose emissions, by multi-region tables."""
