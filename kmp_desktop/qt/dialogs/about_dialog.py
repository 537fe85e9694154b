"""What this program is, and what it is made of."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QWidget

from kmp_desktop import __version__
from kmp_desktop.qt.dialogs.frame import FramedDialog
from kmp_desktop.qt.i18n import tr
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.widgets.buttons import Button
from kmp_desktop.qt.widgets.labels import label

_PARTS = ("PySide6_Essentials", "confluent-kafka", "fastavro", "keyring", "QtAwesome", "platformdirs")


class AboutDialog(FramedDialog):
    """Version, licence and the versions of the parts."""

    def __init__(self, data_folder: str, parent: QWidget | None = None) -> None:
        super().__init__("aboutDialog", tr("About KMP Desktop"), parent)
        self.setMinimumWidth(Theme.current().px(520))
        self.body.addWidget(label(tr("KMP Desktop"), "dialog_title"))
        self.body.addWidget(
            label(tr("Version {version}", version=__version__), tone="muted", name="versionLabel")
        )
        self.body.addWidget(
            label(
                tr("See why messages between your services failed, and decide what happens to each of them."),
                wrap=True,
            )
        )
        licence = tr(
            "Licensed under the Apache License 2.0. The window is made with Qt and PySide6 under the "
            "GNU Lesser General Public License 3; you may exchange these libraries."
        )
        self.body.addWidget(label(licence, tone="muted", wrap=True))
        self.body.addWidget(
            label("\n".join(parts()), "fixed", tone="muted", name="partsLabel", selectable=True)
        )
        folder = tr("Files of this program: {folder}", folder=data_folder)
        self.body.addWidget(label(folder, tone="muted", name="folderLabel", wrap=True, selectable=True))
        self.body.addStretch(1)
        close = Button(tr("Close"), "closeAboutButton", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self.foot.row.addStretch(1)
        self.foot.row.addWidget(close)


def parts() -> list[str]:
    """The names and versions of what the program is made of."""
    lines = [f"Python {platform.python_version()}", f"Qt {qVersion()}"]
    for name in _PARTS:
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:  # a frozen program may lack the metadata of a part
            lines.append(name)
    return lines
