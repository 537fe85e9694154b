"""The ports in memory: practice for people, a queue for tests; nothing leaves this computer."""
