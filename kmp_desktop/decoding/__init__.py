"""From bytes to something a person can read; for the eyes only, never for what is written."""
