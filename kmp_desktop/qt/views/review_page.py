"""The review page: what a commit would do, what speaks against it, and the one button that writes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kmp_desktop.app.review_words import (
    commit_label,
    committing_sentence,
    confirmation_needed,
    destinations,
    foot_sentence,
    review_sentence,
    review_title,
    why_not,
)
from kmp_desktop.core.queue_state import CopyTimes
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.review import Review
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.core.view import Reply, ReviewReply, ReviewWanted, Rows
from kmp_desktop.qt import when
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.queue_session import QueueSession
from kmp_desktop.qt.theme import Theme
from kmp_desktop.qt.views.check_list import CheckList
from kmp_desktop.qt.views.review_counts import CountCards
from kmp_desktop.qt.views.review_tree_card import ReviewTreeCard
from kmp_desktop.qt.views.typed_confirm import TypedConfirmCard
from kmp_desktop.qt.views.where_card import WhereCard
from kmp_desktop.qt.widgets.buttons import Button, keycap_text
from kmp_desktop.qt.widgets.card import Bar, spaced
from kmp_desktop.qt.widgets.labels import label

KEY_ACCEPTED_AFTER_MS = 600  # Ctrl+Enter of the page before must not run through
_CHECKS_WIDTH = 468
_AROUND_TREE = (
    480  # headline, counts, "Where things go" and foot, so that a tree that fits needs no scrolling
)
_ONE_COLUMN_BELOW = 1100
_LOW_BELOW = 640 - 80  # the window's breakpoint without title bar, menu and top bar


class ReviewPage(QWidget):
    """Asks for the review whenever it appears or something staged changes.

    Signals:
        back_wanted(): to the records.
        commit_wanted(): commit what is staged; at most once each time the page appears.
        show_records(frozenset[RecordId]): show these in the table.
    """

    back_wanted = Signal()
    commit_wanted = Signal()
    show_records = Signal(object)

    def __init__(self, session: QueueSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reviewPage")
        self._session = session
        self._review: Review | None = None
        self._times = CopyTimes.FITTING
        self._serial = 0  # of the newest question
        self._up_to_date = False
        self._phase = session.state.phase
        self._asked_to_commit = False
        self._compact = False
        self._key_timer = QTimer(self, singleShot=True, interval=KEY_ACCEPTED_AFTER_MS)
        self._make_parts()
        self._lay_out()
        self._connect()

    @property
    def accepts_key(self) -> bool:
        """Whether Ctrl+Enter would commit: not before the page has been looked at for a moment."""
        return self.isVisible() and not self._key_timer.isActive()

    @property
    def times(self) -> CopyTimes:
        """Which time the copies get; chosen anew each time the page appears."""
        return self._times

    def check_again(self) -> None:
        """Ask what a commit would do; the answer shows up here. Nothing asked while not visible."""
        self._serial += 1
        self._up_to_date = False
        self._checks.show_checking()
        self._session.ask(ReviewWanted(self._tree.mode, self._serial, self._times))
        self._show_button()

    # ---- parts

    def _make_parts(self) -> None:
        environment = self._session.profile.environment
        self._title = label("", "page_title", name="reviewTitle", wrap=True)
        self._sentence = label("", tone="muted", name="reviewText", wrap=True)
        self._counts = CountCards(compacts=self._compacts())
        self._tree = ReviewTreeCard(self._session)
        self._where = WhereCard()
        self._checks = CheckList()
        self._confirm = TypedConfirmCard(environment)
        self._confirm.hide()
        self._back = Button(
            tr("Back to the records"), "backToTriageButton", "plain", "caret-left", keycap_text("Esc")
        )
        self._foot_words = label("", tone="muted", name="reviewFootLabel", wrap=True)
        self._why_not = label("", name="commitReasonLabel", wrap=True)
        self._commit = Button("", "commitButton", "primary", "paper-plane-tilt", keycap_text("Ctrl+Return"))
        self._foot = Bar("reviewFoot", "foot", 60)

    def _lay_out(self) -> None:
        px = Theme.current().px
        self._contents = QWidget()
        self._contents.setObjectName("scrollContents")
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._contents)
        self._columns.setContentsMargins(px(28), px(22), px(28), px(24))
        self._columns.setSpacing(px(24))
        head = QVBoxLayout()
        spaced(head, 0, 2)
        head.addWidget(self._title)
        head.addWidget(self._sentence)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        spaced(self._left, 0, 16)
        spaced(self._right, 0, 16)
        self._left.addLayout(head)
        self._left.addWidget(self._counts)
        self._left.addWidget(self._tree)
        self._left.addWidget(self._where)
        self._left.addStretch()
        self._aside = QWidget()
        self._aside.setLayout(self._right)
        self._right.addWidget(self._checks)
        self._right.addWidget(self._confirm)
        self._right.addStretch()
        self._columns.addLayout(self._left, 1)
        self._columns.addWidget(self._aside)
        scroll = QScrollArea()
        scroll.setObjectName("reviewScroll")
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._contents)
        self._foot.row.setContentsMargins(px(28), 0, px(28), 0)
        self._foot.row.setSpacing(px(16))
        for part, stretch in ((self._back, 0), (self._foot_words, 1), (self._why_not, 0), (self._commit, 0)):
            self._foot.row.addWidget(part, stretch)
        for words in (self._foot_words, self._why_not):
            words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        page = QVBoxLayout(self)
        spaced(page, 0, 0)
        page.addWidget(scroll, 1)
        page.addWidget(self._foot)
        self._arrange()

    def _connect(self) -> None:
        session = self._session
        session.replied.connect(self._on_reply)
        session.state_changed.connect(self._on_state)
        session.decisions_changed.connect(self._on_decisions)
        self._counts.chosen.connect(self._tree.show_only)
        self._tree.mode_chosen.connect(self.check_again)
        self._tree.take_out_wanted.connect(self._on_take_out_rows)
        self._checks.again_wanted.connect(self.check_again)
        self._checks.show_wanted.connect(self._on_show)
        self._checks.take_out_wanted.connect(self._on_take_out)
        self._checks.times_wanted.connect(self._on_times)
        self._confirm.changed.connect(self._show_button)
        self._back.clicked.connect(self.back_wanted)
        self._commit.clicked.connect(self._on_commit)
        for keys, slot in (
            ("Ctrl+Return", self._on_commit_key),
            ("Ctrl+Enter", self._on_commit_key),
            ("Esc", self.back_wanted.emit),
            ("F5", self.check_again),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(slot)

    # ---- what happens

    @Slot(object)
    def _on_reply(self, reply: Reply) -> None:
        if isinstance(reply, Rows):
            self._tree.take_rows(reply)
        elif isinstance(reply, ReviewReply) and reply.serial == self._serial and not self._up_to_date:
            self._show_reply(reply)

    @Slot(object)
    def _on_state(self, state: SessionState) -> None:
        """Once the queue was read again everything may be different."""
        ready, self._phase = self._phase is not state.phase is SessionPhase.READY, state.phase
        self._counts.say_discard(compacts=self._compacts())
        self._show_sentence()
        if ready and self.isVisible():
            self.check_again()
        else:
            self._show_button()

    @Slot(object)
    def _on_decisions(self, _change: object) -> None:
        self._up_to_date = False
        if self.isVisible():
            self.check_again()

    @Slot(object)
    def _on_take_out_rows(self, rows: tuple[int, ...]) -> None:
        self._on_take_out(self._session.record_ids(rows))

    @Slot(object)
    def _on_take_out(self, ids: tuple[RecordId, ...]) -> None:
        report = self._session.stage(ids, None)
        if report.left:  # somebody else decided them: not ours to clear, but ours to forget
            self._session.take_out(report.left)

    @Slot(object)
    def _on_times(self, times: CopyTimes) -> None:
        self._times = times
        self.check_again()

    @Slot(object)
    def _on_show(self, ids: tuple[RecordId, ...]) -> None:
        self.show_records.emit(frozenset(ids))

    @Slot()
    def _on_commit_key(self) -> None:
        if self.accepts_key:
            self._on_commit()

    @Slot()
    def _on_commit(self) -> None:
        if self._asked_to_commit or not self._may_commit():
            return
        self._asked_to_commit = True
        self._show_button()
        self.commit_wanted.emit()

    # ---- what is shown

    def _show_reply(self, reply: ReviewReply) -> None:
        self._review = review = reply.review
        self._up_to_date = True
        self._title.setText(say(review_title(review.retry + review.discard + review.skip)))
        self._show_sentence()
        self._tree.show_reply(reply)
        self._counts.show_review(review)
        self._where.show_lines(destinations(review, self._session.queue, self._compacts()))
        self._checks.show_review(review, when.now_ms())
        self._confirm.ask(review.discard)
        self._confirm.setVisible(confirmation_needed(self._session.profile, review))
        self._foot_words.setText(say(foot_sentence(review)))
        self._show_button()

    def _show_sentence(self) -> None:
        if (
            self._session.state.phase is SessionPhase.COMMITTING
        ):  # seen beside the dialog that tells the steps
            self._sentence.setText(say(committing_sentence()))
        elif self._review is not None:
            self._sentence.setText(say(review_sentence(self._review.parts)))

    @Slot()
    def _show_button(self) -> None:
        review = self._review
        if review is None:
            self._commit.setText(tr("Commit"))
            self._commit.setEnabled(False)
            self._why_not.setText("")
            return
        left = self._session.state.summary.left if self._session.state.summary else 0
        self._commit.setText(say(commit_label(review, left)))
        self._commit.updateGeometry()
        reason = why_not(review, self._session.state, typed=self._typed())
        self._why_not.setText(say(reason) if reason is not None else "")
        self._why_not.setVisible(reason is not None)
        self._foot_words.setVisible(reason is None or not self._compact)
        self._back.updateGeometry()
        self._commit.setEnabled(self._may_commit() and not self._asked_to_commit)
        self._commit.setAccessibleDescription(self._why_not.text())

    def _may_commit(self) -> bool:
        review = self._review
        if review is None or not self._up_to_date:
            return False
        return why_not(review, self._session.state, typed=self._typed()) is None

    def _typed(self) -> bool:
        review = self._review
        needed = review is not None and confirmation_needed(self._session.profile, review)
        return not needed or self._confirm.confirmed

    def _compacts(self) -> bool:
        summary = self._session.state.summary
        return summary is None or summary.limits.queue_policy.compacts

    # ---- Qt's

    def showEvent(self, event: QShowEvent) -> None:
        """The page appeared: everything is asked and confirmed anew."""
        super().showEvent(event)
        if event.spontaneous():
            return
        self._asked_to_commit = False
        self._times = CopyTimes.FITTING
        self._confirm.forget()
        self._key_timer.start()
        self.check_again()
        self._tree.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """The page went."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._key_timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new size."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font or style sheet."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._arrange()

    def _arrange(self) -> None:
        """One column in a small window, with the checks above the tree."""
        px = Theme.current().px
        self._compact = self.width() < px(_ONE_COLUMN_BELOW) or self.height() < px(_LOW_BELOW)
        at = self._left.indexOf(self._aside)
        if self._compact and at < 0:
            self._columns.removeWidget(self._aside)
            self._left.insertWidget(2, self._aside)
        elif not self._compact and at >= 0:
            self._left.removeWidget(self._aside)
            self._columns.addWidget(self._aside)
        self._aside.setMinimumWidth(0 if self._compact else px(_CHECKS_WIDTH))
        self._aside.setMaximumWidth(16_777_215 if self._compact else px(_CHECKS_WIDTH))
        self._tree.set_room(self.height() - px(_AROUND_TREE))
        self._why_not.setWordWrap(self._compact)
        self._foot.set_design_height(48 if self._compact else 60)
        self._back.keycap = "" if self._compact else keycap_text("Esc")
        self._commit.keycap = "" if self._compact else keycap_text("Ctrl+Return")
        self._show_button()
