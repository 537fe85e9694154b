"""Tests without Qt and without a broker."""
