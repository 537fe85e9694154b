"""The password store against the real Secret Service (gnome-keyring on a bus of its own)."""
