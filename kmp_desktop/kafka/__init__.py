"""Kafka: the reader, the committer, and what both need. The only importer of confluent_kafka."""
