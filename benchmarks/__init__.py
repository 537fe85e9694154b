"""How fast the program is, beside a bare client doing the same work in the same run."""
