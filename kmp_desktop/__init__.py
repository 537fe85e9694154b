"""KMP Desktop: clear a Kafka dead letter queue from a desktop window."""

__version__ = "0.1.0"
