"""What leads from a session to everything behind it: the desk of its queue, and the drafts' thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from kmp_desktop.core.view import Request
from kmp_desktop.process.messages import (
    AskOrder,
    BegunAnew,
    BringUpToDateOrder,
    Broke,
    BroughtUpToDate,
    Closed,
    CloseOrder,
    ClusterWorkDone,
    CommitDone,
    CommitOrder,
    CommitProgressed,
    Died,
    FinishClusterWorkOrder,
    Looked,
    LookFailed,
    LookOrder,
    Progressed,
    ReadDone,
    ReadFailed,
    ReadOrder,
    RegistryOrder,
    Replied,
    Resolved,
    ResolveFailed,
    ResolveOrder,
    StopCommitOrder,
    StopReadingOrder,
)
from kmp_desktop.qt.draft_keeper import DraftKeeper
from kmp_desktop.qt.far_side import FarSide

_PARTS = 2


class QueueLink(QObject):
    """Lives on the GUI thread. What is asked for is done in order, and answered by a signal.

    Signals:
        progressed(ReadProgress), read_done(ReadDone), read_failed(UserFacingError): a read.
        commit_progressed(CommitProgress), commit_done(CommitDone): a commit.
        resolved(Resolution | None), resolve_failed(UserFacingError): an unfinished commit was asked for.
        cluster_work_done(ClusterWork | UserFacingError): what is left after ending unfinished work.
        looked(int as object), look_failed(UserFacingError): offsets that came since the last read.
        replied(Reply): an answer of the engine, or a push.
        begun_anew(): the rows replied so far mean nothing any more.
        brought_up_to_date(): the engine has taken what a read or a commit found out, and pushed it.
        broke(BaseException): a bug; what was going on is over, its outcome is not known.
        died(Died): the process is gone with all it knew; what was going on likewise.
        ended(): nothing runs any more, and every draft is on disk.
    """

    progressed = Signal(object)
    read_done = Signal(object)
    read_failed = Signal(object)
    commit_progressed = Signal(object)
    commit_done = Signal(object)
    resolved = Signal(object)
    resolve_failed = Signal(object)
    cluster_work_done = Signal(object)
    looked = Signal(object)
    look_failed = Signal(object)
    replied = Signal(object)
    begun_anew = Signal()
    brought_up_to_date = Signal()
    broke = Signal(object)
    died = Signal(object)
    ended = Signal()

    def __init__(self, far: FarSide, drafts: DraftKeeper, parent: QObject) -> None:
        super().__init__(parent)
        self._far = far
        self._drafts = drafts
        self._ended = 0
        far.said.connect(self._on_said)
        far.ended.connect(self._on_part_ended)
        drafts.ended.connect(self._on_part_ended)

    def start(self) -> None:
        """Let everything work."""
        self._drafts.start()
        self._far.start()

    def close(self) -> None:
        """End everything once what is done now is over; what is asked for later is not done."""
        self.stop_reading()
        self._far.tell(CloseOrder())

    def read(self, order: ReadOrder) -> None:
        """Read the queue."""
        self._far.tell(order)

    def stop_reading(self) -> None:
        """The running load ends soon with what it has."""
        self._far.tell(StopReadingOrder())

    def commit(self, order: CommitOrder) -> None:
        """Commit."""
        self._far.tell(order)

    def stop_commit(self) -> None:
        """The running commit ends before anything (more) becomes final."""
        self._far.tell(StopCommitOrder())

    def resolve(self) -> None:
        """Ask what became of an unfinished commit."""
        self._far.tell(ResolveOrder())

    def finish_cluster_work(self) -> None:
        """End what the cluster has not finished."""
        self._far.tell(FinishClusterWorkOrder())

    @Slot()
    def look(self) -> None:
        """See whether new records have come."""
        self._far.tell(LookOrder())

    def ask(self, request: Request) -> None:
        """Ask the engine."""
        self._far.tell(AskOrder(request))

    def bring_up_to_date(self, order: BringUpToDateOrder) -> None:
        """Let the engine take what a read or a commit found out."""
        self._far.tell(order)

    def try_registry_again(self) -> None:
        """Let the engine ask the registry again."""
        self._far.tell(RegistryOrder())

    @Slot(object)
    def _on_said(self, news: object) -> None:  # noqa: C901, PLR0912 - one line for each kind
        match news:
            case Replied():
                self.replied.emit(news.reply)
            case Progressed():
                self.progressed.emit(news.progress)
            case ReadDone():
                self.read_done.emit(news)
            case ReadFailed():
                self.read_failed.emit(news.error)
            case CommitProgressed():
                self.commit_progressed.emit(news.progress)
            case CommitDone():
                self.commit_done.emit(news)
            case Resolved():
                self.resolved.emit(news.resolution)
            case ResolveFailed():
                self.resolve_failed.emit(news.error)
            case ClusterWorkDone():
                self.cluster_work_done.emit(news.left)
            case Looked():
                self.looked.emit(news.new_records)
            case LookFailed():
                self.look_failed.emit(news.error)
            case BegunAnew():
                self.begun_anew.emit()
            case BroughtUpToDate():
                self.brought_up_to_date.emit()
            case Broke():
                self.broke.emit(news.error)
            case Died():
                self.died.emit(news)
            case Closed():
                self._drafts.close()

    @Slot()
    def _on_part_ended(self) -> None:
        self._ended += 1
        if self._ended == _PARTS:
            self.ended.emit()
