"""The same use cases without a window: print and apply. Qt is never imported here."""
