"""What is behind the port QueueView: rows, columns, groups and queries of one open queue."""
