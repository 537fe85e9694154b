"""Dialogs; pages open them through ``kmp_desktop.qt.prompts`` only."""
