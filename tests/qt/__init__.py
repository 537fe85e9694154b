"""The window and what is behind it, driven off-screen on practice queues."""
