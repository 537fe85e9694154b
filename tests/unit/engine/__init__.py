"""Tests of what is behind the port QueueView."""
