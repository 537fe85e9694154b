"""Apache Kafka and a schema registry on loopback, for tests, demo and benchmarks: no Docker, no Java."""
