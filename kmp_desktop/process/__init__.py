"""What is behind an open queue: two lanes of work, and the process of its own in which they run."""
