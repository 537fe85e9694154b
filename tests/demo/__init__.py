"""The main job for real: ``make demo``."""
