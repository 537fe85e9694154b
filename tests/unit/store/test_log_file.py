"""The log: in a private file, never on the terminal, never with a secret."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from urllib.parse import quote

import pytest

from kmp_desktop.store.log_file import logging_to
from tests.unit.store.modes import readable_by_others

_log = logging.getLogger("some.library")


def test_what_any_library_logs_goes_into_the_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with logging_to(tmp_path / "logs") as log:
        _log.info("broker %s", "kafka-1")
    _log.info("afterwards")
    lines = log.path.read_text(encoding="utf-8").splitlines()
    assert 1 == len(lines)
    assert lines[0].endswith("INFO some.library: broker kafka-1")
    assert ("", "") == capfd.readouterr()


def test_secrets_are_replaced_also_in_tracebacks(tmp_path: Path) -> None:
    with logging_to(tmp_path) as log:
        log.hide("hunter2", "", "hunter2-long")
        try:
            int("hunter2")
        except ValueError:
            _log.info("sign-in with %s or hunter2-long", "hunter2", exc_info=True)
    content = log.path.read_text(encoding="utf-8")
    assert "hunter2" not in content
    assert "sign-in with ••• or •••\n" in content
    assert "ValueError: invalid literal for int() with base 10: '•••'" in content


def test_a_secret_with_odd_characters_is_replaced_in_every_way_it_is_written(tmp_path: Path) -> None:
    secret = "a\"b\\c'd é@/"
    with logging_to(tmp_path) as log:
        log.hide(secret)
        _log.info("%s %r %s %s", secret, {"p": secret}, json.dumps(secret), quote(secret, safe=""))
    assert log.path.read_text(encoding="utf-8").endswith("library: ••• {'p': '•••'} \"•••\" •••\n")


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    with logging_to(tmp_path) as log:
        for _ in range(60):
            _log.info("x" * 100_000)
    sizes = [each.stat().st_size for each in tmp_path.iterdir()]
    assert (4, True) == (len(sizes), max(sizes) <= 1_100_000)
    assert log.path in tmp_path.iterdir()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    with logging_to(tmp_path / "logs"):
        _log.info("x")
    assert [] == readable_by_others(tmp_path / "logs")


def test_without_a_place_to_write_everything_else_works(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with logging_to(tmp_path / "file" / "logs"):
        _log.info("x")
    assert ("", "") == capfd.readouterr()
