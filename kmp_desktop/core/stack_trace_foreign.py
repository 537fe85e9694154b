"""Stack traces that are not Java's: those of Python, .NET and JavaScript."""

from __future__ import annotations

import re

from kmp_desktop.core.stack_trace import StackTrace, Thrown, frame_name, is_own, plain_lines, split_class

_TRACEBACK = "Traceback (most recent call last):\n"
_DIRECT_CAUSE = "The above exception was the direct cause of the following exception:"
_MEANWHILE = "During handling of the above exception, another exception occurred:"
_PYTHON_FRAME = re.compile(r'^ +File "([^"\n]+)", line \d+, in ([^\n]+)$', re.MULTILINE)
_PYTHON_FRAMEWORKS = re.compile(r"site-packages|dist-packages|[/\\][Ll]ib[/\\]python|^<|[/\\]Python\d+[/\\]")
_END_OF_INNER = re.compile(r"\n[^\S\n]*--- End of inner exception stack trace ---")
_DOTNET_FRAME = re.compile(r"^[^\S\n]+at ([\w.$+<>`\[\],]+)\(", re.MULTILINE)
_INNER = re.compile(r"\s+---> (?=[\w.+`]+(?:Exception|Error)\b)")
_SCRIPT_FRAME = re.compile(r"\n {4}at (?:async )?(?:([^\n(]+) \()?([^\n()]+):\d+:\d+\)?(?=\n|$)")
_SCRIPT_FRAMEWORKS = re.compile(r"node_modules|^node:|^internal/|^<anonymous>")
_FIRST_DOTNET_FRAME = re.compile(r"\n[^\S\n]+at ")


def read_foreign_trace(trace: bytes) -> StackTrace | None:
    """The trace as Python, .NET or JavaScript prints it; ``None`` for what none of them does."""
    if trace.lstrip().startswith(_TRACEBACK.rstrip().encode()):
        return _python(plain_lines(trace))
    if b" ---> " in trace:
        return _dotnet(plain_lines(trace))
    return _script(plain_lines(trace)) if b"\n    at " in trace else None


def _python(text: str) -> StackTrace | None:
    # The exception that was thrown last is printed last. What it was raised "from" stands before it;
    # what merely happened before it is no cause.
    thrown_last = text.rpartition(_MEANWHILE)[2]
    parts = [part for part in thrown_last.split(_DIRECT_CAUSE) if _TRACEBACK in part]
    chain: list[Thrown] = []
    for part in reversed(parts):
        frames, header = _python_parts(part.partition(_TRACEBACK)[2])
        name, message = split_class(header)
        if not name:
            return None
        chain.append(Thrown(name, message, frames))
    return StackTrace(tuple(chain), _python_frame(chain))


def _python_parts(part: str) -> tuple[str, str]:
    """(frames, "class: message"): frames are indented, the exception is not."""
    lines = part.strip("\n").split("\n")
    at = next((number for number, line in enumerate(lines) if line and not line[0].isspace()), len(lines))
    return "\n".join(lines[:at]), "\n".join(lines[at:]).rstrip("\n")


def _python_frame(chain: list[Thrown]) -> str:
    """The company's own frame that is nearest to where it was raised, which is printed last."""
    for thrown in reversed(chain):
        for file, function in reversed(_PYTHON_FRAME.findall(thrown.frames)):
            if not _PYTHON_FRAMEWORKS.search(file):
                module = re.split(r"[/\\]", file)[-1].removesuffix(".py")
                return f"{module}.{function}"
    return ""


def _dotnet(text: str) -> StackTrace | None:
    """Messages come first, outermost first; then the frames, those of the innermost exception first."""
    if not _END_OF_INNER.search(text):
        return None
    first = _FIRST_DOTNET_FRAME.search(text)
    if first is None:
        return None
    sections = _END_OF_INNER.split(text[first.start() :])
    headers = _INNER.split(text[: first.start()])
    if len(headers) != len(sections):  # a message that holds an arrow: not known where it ends
        name, _ = split_class(headers[0])
        return StackTrace((Thrown(name, "", ""),), "", certain=False) if name else None
    chain: list[Thrown] = []
    for header, frames in zip(headers, reversed(sections), strict=True):
        name, message = split_class(header.strip())
        if not name:
            return None
        chain.append(Thrown(name, message, frames))
    return StackTrace(tuple(chain), _dotnet_frame(chain))


def _dotnet_frame(chain: list[Thrown]) -> str:
    for thrown in reversed(chain):
        for name in _DOTNET_FRAME.findall(thrown.frames):
            if is_own(name):
                return frame_name(name)
    return ""


def _script(text: str) -> StackTrace | None:
    """JavaScript prints one exception: its message, then the frames, the innermost first."""
    frames = list(_SCRIPT_FRAME.finditer(text))
    if not frames:
        return None
    name, message = split_class(text[: frames[0].start()].strip("\n"))
    own = (frame for frame in frames if not _SCRIPT_FRAMEWORKS.search(frame.group(2)))
    first = next(own, None)
    frame = ""
    if first is not None:
        frame = first.group(1) or re.split(r"[/\\]", first.group(2))[-1]
    return StackTrace((Thrown(name, message, text[frames[0].start() :]),), frame) if name else None
