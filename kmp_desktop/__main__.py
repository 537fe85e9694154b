"""The program: a window, or print, apply and history without one (then Qt is never imported)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from kmp_desktop.cli.arguments import CommandLineCommand, SelfTestCommand, WindowCommand, parse

_NOTHING_BEGUN = 4  # the exit code of "not committed"


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the command line (without the program's name) says; the process's exit code."""
    said = sys.argv[1:] if argv is None else list(argv)
    if said == ["--engine"]:  # a window starts this, never a person
        from kmp_desktop.process.serving import serve  # noqa: PLC0415 - no command needs it

        return serve()
    try:
        arguments = parse(said)
    except SystemExit as end:  # argparse has said everything
        return end.code if isinstance(end.code, int) else 0
    match arguments.command:
        case SelfTestCommand():
            from kmp_desktop import bootstrap  # noqa: PLC0415 - brings Qt in

            return bootstrap.run_self_test()
        case WindowCommand():
            from kmp_desktop import bootstrap  # noqa: PLC0415 - brings Qt in

            return bootstrap.run_window(said)
        case command:
            return _run(command, arguments.data_dir)


def _run(command: CommandLineCommand, data_dir: Path | None) -> int:
    try:
        # Imported here: the window's start shall not wait for what only a command needs.
        from kmp_desktop.cli.run import run  # noqa: PLC0415

        return run(command, data_dir)
    except KeyboardInterrupt:  # before the command listens for it itself
        return _NOTHING_BEGUN


if __name__ == "__main__":
    sys.exit(main())
