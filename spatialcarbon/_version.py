"""The one place that holds the version and its date."""

__version__ = "0.1.0"
RELEASED = "2026-11-21"
