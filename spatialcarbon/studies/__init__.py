"""Compose a study: the registry of analyses, the study file, the pipeline, provenance."""
