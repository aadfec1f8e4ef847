"""Compensation, games, licensing, coalitions and evaluation: who pays, and who would sign."""
