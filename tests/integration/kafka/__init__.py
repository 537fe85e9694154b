"""Reading and committing against a real broker, in situations that other programs make."""
