"""Tests of how bytes become something to read."""
