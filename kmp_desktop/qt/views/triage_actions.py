"""Which actions of the triage page are possible, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmp_desktop.app.may_decide import why_not_decide, why_not_retry
from kmp_desktop.app.staging_words import step_name
from kmp_desktop.core.session import SessionPhase
from kmp_desktop.qt.actions import Actions
from kmp_desktop.qt.i18n import say, tr
from kmp_desktop.qt.models.record_table import RecordTableModel
from kmp_desktop.qt.views.triage_selection import Selection

if TYPE_CHECKING:
    from kmp_desktop.qt.queue_session import QueueSession


class TriageActions:
    """Says for every action of the page whether it is possible. GUI thread."""

    def __init__(
        self, session: QueueSession, actions: Actions, selection: Selection, model: RecordTableModel
    ) -> None:
        self._session = session
        self._actions = actions
        self._selection = selection
        self._model = model

    def why_not_decide(self) -> str:
        """Why what is selected cannot be decided; empty: it can."""
        reason = why_not_decide(self._session.state)
        if reason is not None:
            return say(reason)
        if self._selection.count() == 0:
            return tr("Select a record first")
        row = self._selection.single()
        if row is not None and self._session.record_id(row) in self._session.decided_elsewhere:
            return tr("Someone else decided this record")
        return ""

    def why_not_select_all(self) -> str:
        """Why the whole group cannot be selected."""
        if not len(self._model.rows):
            return tr("There is no record here")
        if self._session.state.phase is SessionPhase.READING:
            return tr("Whole groups can be selected when reading is complete")
        return ""

    def update(self, *, has_related: bool) -> None:
        """Look at everything again."""
        actions, allow = self._actions, self._actions.allow
        why_not = self.why_not_decide()
        retry = why_not_retry(self._session.state, self._session.queue)
        allow(actions.merge, why_not or (say(retry) if retry is not None else ""))
        for action in (actions.purge, actions.skip, actions.clear_decision):
            allow(action, why_not)
        self._update_steps()
        total = self._session.book.total
        allow(actions.review, self._why_not_review(total))
        allow(actions.select_group, self.why_not_select_all())
        empty = "" if len(self._model.rows) else tr("There is no record here")
        for action in (
            *(actions.next_record, actions.previous_record),
            *(actions.next_undecided, actions.previous_undecided),
        ):
            allow(action, empty)
        allow(actions.export_list, "" if self._selection.count() else empty)
        selected = "" if self._selection.count() else tr("Select a record first")
        single = "" if self._selection.single() is not None else tr("Select one record first")
        allow(actions.copy, selected)
        for action in (actions.content_tab, actions.related_tab, actions.headers_tab):
            allow(action, single)
        allow(actions.related, single or ("" if has_related else tr("No other record has this key")))
        for action in (
            *(
                actions.clear_selection,
                actions.find,
                actions.filter,
                actions.columns,
                actions.next_group,
                actions.previous_group,
            ),
            *(actions.groups_panel, actions.table, actions.inspector),
        ):
            allow(action)

    def _update_steps(self) -> None:
        actions, book = self._actions, self._session.book
        why_not = why_not_decide(self._session.state)
        for action, step, words, nothing in (
            (actions.undo, book.undo_step, tr("Undo"), tr("There is nothing to undo")),
            (actions.redo, book.redo_step, tr("Redo"), tr("There is nothing to redo")),
        ):
            tells = tr("{what}: {step}", what=words, step=step_name(step)) if step is not None else ""
            actions.set_text(action, words, tells)
            reason = say(why_not) if why_not is not None else ""
            actions.allow(action, reason or ("" if step is not None else nothing))

    def _why_not_review(self, total: int) -> str:
        summary = self._session.state.summary
        if total or (summary is not None and summary.left):
            return ""
        return tr("Nothing is decided yet")
