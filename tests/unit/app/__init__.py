"""The use cases, without Qt and without a broker."""
