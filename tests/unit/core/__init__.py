"""Tests of what is true whatever the screen and the broker."""
