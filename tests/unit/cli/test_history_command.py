"""What the command "history" lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmp_desktop.cli import history_command
from kmp_desktop.cli.arguments import HistoryCommand
from kmp_desktop.cli.screen import Screen
from kmp_desktop.cli.stopping import Stopping
from kmp_desktop.core.history import Beginning, HistoryEntry
from kmp_desktop.store.history import SqliteHistory
from tests.unit.records import IDENTITY, NOW


class Short(SqliteHistory):
    """A history that lists two commits at once."""

    def entries(self, words: str = "", limit: int = 2) -> list[HistoryEntry]:
        """The two newest."""
        return super().entries(words, limit)


@pytest.mark.parametrize(("commits", "told"), [(1, ""), (2, "Older commits are not listed")])
def test_that_older_commits_are_not_listed_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    commits: int,
    told: str,
) -> None:
    monkeypatch.setattr(history_command, "MOST_ENTRIES", 2)
    history = Short(tmp_path)
    for _ in range(commits):
        history.begin(Beginning(NOW, IDENTITY, "Shop", "Orders", "me", "desk", "window", []))
    history_command.print_history(history, HistoryCommand(), Screen(), Stopping())
    said = capsys.readouterr()
    assert commits == len(said.out.splitlines())
    assert (told != "", True) == (bool(said.err), told in said.err)
