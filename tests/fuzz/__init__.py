"""Bytes from anywhere into everything that reads what others wrote."""
