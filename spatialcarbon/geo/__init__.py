"""Geometry to numbers: administrative units, city clusters, coordinate systems."""
