"""Faults injected into commits on a real broker, judged by an oracle that shares no code with us."""
