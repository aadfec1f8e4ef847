"""Describe and test: spatial autocorrelation and indicators."""
