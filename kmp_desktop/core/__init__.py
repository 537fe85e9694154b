"""What is true whatever the screen and the broker: standard library only, no I/O."""
