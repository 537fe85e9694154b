"""Tests of decoding against a real schema registry."""
