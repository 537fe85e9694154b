"""What the command "restore" puts back, and what it holds back."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmp_desktop.app.restoring import restore
from kmp_desktop.cli.arguments import RestoreCommand, parse
from kmp_desktop.cli.restore_command import restore_records
from kmp_desktop.cli.screen import Screen
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.history import RestoreNotKnown
from tests.unit.app.test_restoring import Putting, discarded


def test_a_named_record_that_may_be_back_is_put_back_with_again_only(tmp_path: Path) -> None:
    kept, ids = discarded(tmp_path)
    entry = kept.history.entries()[0]
    with pytest.raises(RestoreNotKnown):
        restore(kept.history, kept.backups, Putting(RestoreNotKnown("?")), entry, ids[:1], kept.desk.clock)
    putting = Putting()

    def command(*options: str) -> None:
        words = ["restore", "-b", "h:1", "-g", "g", "--record", "0/0", *options]
        said = parse([*words, entry.identity.queue_topic, "1"]).command
        assert isinstance(said, RestoreCommand)
        restore_records(kept.history, kept.backups, putting, said, Screen(), kept.desk.clock)

    with pytest.raises(UserFacingError):
        command()
    assert [] == putting.put
    command("--again")
    assert ids[:1] == [each.id for each in putting.put]
