"""A queue in memory behind the same ports as a Kafka cluster: nothing leaves this computer."""
