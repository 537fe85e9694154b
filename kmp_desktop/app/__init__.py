"""Use cases: one module each, without Qt."""
