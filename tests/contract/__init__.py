"""What every source and sink must do: the same tests against a real broker and against practice."""
