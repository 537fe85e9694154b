"""Imports go one way: each module is imported in a fresh process, and forbidden ones must not appear."""

from __future__ import annotations

import ast
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import kmp_desktop

_ALLOWED = {
    "core": (),
    "kafka": ("core",),
    "decoding": ("core",),
    "store": ("core",),
    "practice": ("core",),
    "engine": ("core", "kafka", "decoding", "store", "practice"),
    "app": ("core", "kafka", "decoding", "store", "practice", "engine"),
    "process": ("core", "kafka", "decoding", "store", "practice", "engine", "app"),
    "qt": ("core", "kafka", "decoding", "store", "practice", "engine", "app", "process"),
    "cli": ("core", "kafka", "decoding", "store", "practice", "engine", "app"),
}
_LIBRARIES = {
    "PySide6": ("qt",),
    "shiboken6": ("qt",),
    "qtawesome": ("qt",),
    "confluent_kafka": ("kafka", "decoding"),
    "fastavro": ("decoding",),
    "keyring": ("store",),
    "numpy": ("engine",),
}
_ASK = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def _modules_of(layer: str) -> list[str]:
    package = f"kmp_desktop.{layer}"
    module = __import__(package, fromlist=["__path__"])
    return [package, *(each.name for each in pkgutil.walk_packages(module.__path__, f"{package}."))]


def _loaded_with(names: list[str]) -> list[str]:
    done = subprocess.run([sys.executable, "-c", _ASK, *names], capture_output=True, text=True, check=True)
    return [str(each) for each in json.loads(done.stdout)]


def _reachable(layer: str) -> set[str]:
    return {layer, *_ALLOWED[layer]}


@pytest.mark.parametrize("layer", _ALLOWED)
def test_a_layer_loads_only_what_lies_left_of_it(layer: str) -> None:
    loaded = _loaded_with(_modules_of(layer))
    ours = {name.split(".")[1] for name in loaded if name.startswith("kmp_desktop.")}
    assert set() == ours - _reachable(layer)


@pytest.mark.parametrize("layer", _ALLOWED)
def test_a_layer_loads_only_the_libraries_it_may_use(layer: str) -> None:
    loaded = {name.split(".")[0] for name in _loaded_with(_modules_of(layer))}
    reachable = _reachable(layer)
    forbidden = {library for library, owners in _LIBRARIES.items() if not reachable & set(owners)}
    assert set() == loaded & forbidden


def test_core_needs_nothing_but_the_standard_library() -> None:
    loaded = {name.split(".")[0] for name in _loaded_with(_modules_of("core"))}
    assert {"kmp_desktop"} == {
        name for name in loaded if name not in sys.stdlib_module_names and not name.startswith("_")
    } - _loaded_by_an_empty_process()


def _loaded_by_an_empty_process() -> set[str]:
    return {name.split(".")[0] for name in _loaded_with([])}


def test_every_package_has_its_place() -> None:
    packages = {each.name for each in pkgutil.iter_modules(kmp_desktop.__path__) if each.ispkg}
    assert set(_ALLOWED) == packages


def test_the_command_line_starts_without_qt() -> None:
    loaded = {name.split(".")[0] for name in _loaded_with(["kmp_desktop.__main__"])}
    assert set() == loaded & {"PySide6", "shiboken6", "qtawesome"}


_DIRECT = {
    "PySide6": {"qt", "bootstrap"},
    "qtawesome": {"qt"},
    "shiboken6": {"qt"},
    "confluent_kafka": {"kafka", "decoding"},
    "fastavro": {"decoding"},
    "keyring": {"store"},
    "numpy": {"engine"},
    "platformdirs": {"store"},
}


def _imports(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_each_library_is_imported_in_one_place_only() -> None:
    root = Path(kmp_desktop.__file__).parent
    wrong = [
        f"{path.relative_to(root)}: {library}"
        for path in sorted(root.rglob("*.py"))
        for library in sorted(_imports(path.read_text(encoding="utf-8")) & set(_DIRECT))
        if path.relative_to(root).parts[0].removesuffix(".py") not in _DIRECT[library]
    ]
    assert [] == wrong
