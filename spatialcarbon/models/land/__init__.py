"""Land cover: areas, transitions, carbon sinks and forest stock."""
