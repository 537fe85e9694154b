"""Delegates: how cells and rows are painted."""
