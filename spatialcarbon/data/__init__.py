"""Typed tables with units of measure: readers, panels, place names, shipped tables."""
