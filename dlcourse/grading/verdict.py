"""What may be said of a cell after grading: a message that teaches, and no hidden test.

A traceback quotes the lines of a hidden test, and an exception or a print of the student's may
carry a hidden input. So a test cell is reduced to one message: that of the check that failed, or
the kind of exception and the line of the student's own code that raised it.
"""

import ast
import builtins
import re

_BEGIN, _END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# How the two zones call what ended a cell from outside.
_ENDINGS = {
    "OutOfMemory": "Needed more memory than there is: {said}. Does an array have an axis too many?",
    "KernelDied": "Python itself ended: {said}. Is there an exit(), or a recursion without an end?",
    "NotRun": "This test did not run, since the grading ended before it.",
    "TrustedZoneDied": "The test itself ended badly. This is not your fault: tell your instructor.",
    "PartialCreditError": "The test itself is wrong. This is not your fault: tell your instructor.",
}
_ABSENT = re.compile(r"name '(\w+)' is not defined")
_YOURS = re.compile(r"\n  yours: .*")  # the line in which checks.array shows a student's values
_FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")


def is_test(cell):
    """Tell whether a cell is an automatically graded test."""
    return cell.cell_type == "code" and plays(cell, "grade") and not plays(cell, "solution")


def hidden_lines(source):
    """The numbers of the lines that belong to hidden tests, markers included, counted from 1.

    >>> sorted(hidden_lines("a\\n### BEGIN HIDDEN TESTS\\nb\\n### END HIDDEN TESTS\\nc"))
    [2, 3, 4]
    """
    lines, inside = set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = inside or _BEGIN in line
        if inside:
            lines.add(number)
        if _END in line:
            inside = False
    return lines


def visible_part(source):
    """The text of a test cell without its hidden tests."""
    hidden = hidden_lines(source)
    lines = source.split("\n")
    return "\n".join(line for n, line in enumerate(lines, start=1) if n not in hidden).rstrip()


def explain(cell, hidden, counts, timeout, seen=False):
    """One message for a test cell that failed; None for one that passed.

    hidden: the numbers of its hidden lines. counts: the notebook's cells by execution count. seen:
    whether an earlier cell held hidden tests. Student code may have kept what it got there, and
    hand it out in a visible test: then no text and no value of its making is repeated.
    """
    error = next((out for out in cell.outputs if out.output_type == "error"), None)
    if error is None:
        if any(out.get("name") == "stderr" for out in cell.outputs):
            return (
                "Your code wrote a warning or another text to the error stream while the tests "
                "ran, and nbgrader takes that for a failure. Run the cell to see it, and mend "
                "its cause."
            )
        return None
    frames = _frames(error.traceback)
    ended = _ended(error, frames, timeout, secret=bool(hidden) or seen)
    if ended is not None:
        return ended
    if error.ename == "NotImplementedError":
        return "Not answered yet: `NotImplementedError` is still raised."
    in_hidden = any(count == cell.execution_count and line in hidden for count, line in frames)
    own = [(count, line) for count, line in frames if count != cell.execution_count]
    where = "a hidden test" if in_hidden else "a visible test"
    said = _plain(error.evalue, longest=800)
    if error.ename == "CheckFailed" and not own:
        said = _YOURS.sub("", said) if seen or in_hidden else said
        return f"{said}\n(Found by {where}.)"
    absent = _ABSENT.fullmatch(said) if error.ename == "NameError" and not own else None
    # A name that the test itself speaks: student code cannot say another thing in this way.
    if absent and not in_hidden and absent.group(1) in visible_part(cell.source):
        return f"{said}: did the cell that defines it end in an error?"
    name = error.ename if hasattr(builtins, error.ename) else "an exception of your own"
    text = name if in_hidden or seen else f"{name}: {said}"
    return f"{text}\n{_place(own, counts)}(Raised in {where}.)"


def of_own_cell(cell):
    """What is said of a cell of the student's that ran after hidden tests."""
    error = next((out for out in cell.outputs if out.output_type == "error"), None)
    if error is None:
        return "What this cell printed or drew is not repeated here. Run it to see it."
    if error.ename in _ENDINGS:
        return _ENDINGS[error.ename].format(said="while this cell ran")
    if error.ename == "CellTimeoutError":
        return "Did not end in time. Is there a loop that never ends?"
    if error.ename == "NotImplementedError":
        return "Not answered yet: `NotImplementedError` is still raised."
    try:
        ast.parse(cell.source)
    except SyntaxError as found:
        return f"{type(found).__name__}: {found.msg} (line {found.lineno} of this cell)"
    name = error.ename if hasattr(builtins, error.ename) else "an exception of your own"
    return f"This cell ended in {name}. Run it to see where."


def _ended(error, frames, timeout, secret):
    """What to say where the grader ended a test, and no code raised; None where code did.

    Of a test cell, only the grader writes an error without a place. No student's word is in it but
    in that of a kernel that died: its exit code and its last line, which are not repeated where a
    hidden input could be in them (secret).
    """
    said = "" if frames else _plain(error.evalue).strip().rstrip(".")
    if secret and said and error.ename == "KernelDied":
        said = "while this test ran"
    if error.ename in ("CellTimeoutError", "KeyboardInterrupt"):
        said = re.sub(r"(\d) s$", r"\1 seconds", said) or f"did not end in {timeout} seconds"
        return f"{said[:1].upper()}{said[1:]}. Is there a loop that never ends?"
    if error.ename == "ZoneFailure":
        return "Your code's answer could not be read: does it change Python itself, or end it?"
    if error.ename in _ENDINGS and said:
        return _ENDINGS[error.ename].format(said=said)
    return None


def _place(own, counts):
    """The last line of the student's code that was running, quoted from their own cell."""
    if not own or own[-1][0] not in counts:
        return ""
    count, line = own[-1]
    cell = counts[count]
    lines = cell.source.split("\n")
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "a cell of yours")
    quoted = lines[line - 1].strip() if line <= len(lines) and not is_test(cell) else ""
    return f"in line {line} of {name}: {quoted}\n" if quoted else ""


def _frames(traceback):
    text = _plain("\n".join(traceback))
    return [(int(count), int(line)) for count, line in _FRAME.findall(text)]


def _plain(text, longest=None):
    text = _ANSI.sub("", text)
    return text if longest is None or len(text) <= longest else f"{text[:longest]} ..."


def plays(cell, role):
    """Tell whether nbgrader gives a cell this role: "grade", "solution" or "locked"."""
    return bool(cell.metadata.get("nbgrader", {}).get(role))
