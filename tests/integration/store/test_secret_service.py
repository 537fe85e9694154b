"""Passwords in a real Secret Service: kept, found again, locked; and in no file of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.profiles import JsonProfiles
from kmp_desktop.store.secrets import KeyringSecrets, open_secrets
from tests.integration.store.conftest import SecretService
from tests.unit.store.secrets_contract import KAFKA, check_secret_store

_ASK_LOCKED = """
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.store.secrets import open_secrets
from tests.unit.store.secrets_contract import KAFKA
try:
    print(open_secrets().get(KAFKA))
except UserFacingError as error:
    print(error.code, error.happened)
"""


def test_it_keeps_the_contract(secret_service: SecretService) -> None:
    store = open_secrets()
    assert (KeyringSecrets, True) == (type(store), store.keeps())
    check_secret_store(store)


def test_another_start_finds_the_password(secret_service: SecretService) -> None:
    open_secrets().put(KAFKA, "hunter2")
    ask = "from kmp_desktop.store.secrets import *; from tests.unit.store.secrets_contract import KAFKA; "
    done = subprocess.run(
        [sys.executable, "-c", ask + "print(open_secrets().get(KAFKA))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "hunter2\n" == done.stdout


def test_a_locked_store_that_nobody_unlocks_is_told(secret_service: SecretService) -> None:
    open_secrets().put(KAFKA, "hunter2")
    secret_service.lock()
    # A process of its own: the library leaves its connection to the bus open in this case.
    done = subprocess.run([sys.executable, "-c", _ASK_LOCKED], capture_output=True, text=True, check=True)
    assert f"{ErrorCode.SECRETS_LOCKED} The password store is locked.\n" == done.stdout


def test_no_file_of_the_program_holds_the_password(secret_service: SecretService, tmp_path: Path) -> None:
    folders = Folders(tmp_path / "ours")
    password = "correct horse battery staple"
    JsonProfiles(folders.config).save(ConnectionProfile("shop", "Shop", "kafka:9092", user="clerk"))
    open_secrets().put(KAFKA, password)
    assert password == open_secrets().get(KAFKA)
    files = [each for each in (*folders.data.rglob("*"), *secret_service.files.rglob("*")) if each.is_file()]
    assert [] == [str(each) for each in files if password.encode() in each.read_bytes()]
    assert any(each.is_relative_to(secret_service.files) for each in files), "the store keeps no file"


def test_a_store_that_goes_away_is_told(
    secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_secrets()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    with pytest.raises(UserFacingError) as told:
        store.get(KAFKA)
    assert ErrorCode.SECRETS_LOCKED == told.value.code
