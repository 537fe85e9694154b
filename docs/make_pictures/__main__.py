"""Make a picture of every screen and state: ``python docs/make_pictures [FOLDER [NAME ...]]``.

The window runs off-screen on a queue in memory, light and dark. A name that begins with a number below
21 shows what the picture of that number in the design shows.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from scenes import SCENES
from studio import Studio

from kmp_desktop.qt.theme import Theme, ThemeChoice


def main(arguments: list[str]) -> int:
    """Make the pictures that are named (all: none named) below a folder."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parents[1] / "pictures"
    wanted = arguments[1:] or list(SCENES)
    folder.mkdir(parents=True, exist_ok=True)
    gc.disable()  # as in the program: never by a worker's thread
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    application = QApplication(sys.argv[:1])
    font = application.font()
    font.setPointSizeF(9.5)  # the size that the design was drawn for
    application.setFont(font)
    Theme.current().apply(application)
    for name in wanted:
        for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK):
            with tempfile.TemporaryDirectory() as files:
                studio = Studio(Path(files), choice)
                picture = SCENES[name](studio)
                picture.save(str(folder / f"{name}-{choice.value}.png"), "PNG", 0)  # 0: smallest file
                studio.close()
        print(name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
