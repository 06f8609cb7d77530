"""How a cell ended, written into the notebook: nbgrader reads marks from a cell's outputs.

For nbgrader a cell without an error has full marks. So every test cell holds an error until the
trusted zone has said that it passed, and nothing that student code prints can take it out.
"""

from nbformat.v4 import new_output

from dlcourse.grading.zones.outputs import Outputs, clean

NOT_RUN = "NotRun"
LATE = "CellTimeoutError"  # as nbclient calls it
# What is written for a cell that ended its zone, by what it did.
LOST = {"timed out": LATE, "out of memory": "OutOfMemory", "crashed": "KernelDied"}


def failed(name, sentence):
    """An error output that says in one sentence why a cell has no result."""
    text = f"{name}: {clean(sentence)}"
    return new_output("error", ename=name, evalue=clean(sentence), traceback=[text])


def of_test(answer, printed, points):
    """The outputs of a test cell.

    answer: the trusted zone's. printed: Outputs of student code while it ran. points: the cell's.
    """
    outputs = Outputs()
    for output in printed.seen:
        if output["output_type"] == "stream":  # a warning on stderr costs no marks
            outputs.text(output["text"])
    outputs.text(answer["printed"])
    error, value = answer["error"], answer["value"]
    if error is not None:
        outputs.error(error["ename"], error["evalue"], error["traceback"])
    elif value is not None and not (isinstance(value, float) and 0 <= value <= points):
        why = f"partial credit must be a number from 0 to {points:g}, got {value}"
        outputs.seen.append(failed("PartialCreditError", why))
    elif value is not None:
        data = {"text/plain": repr(value)}
        outputs.seen.append(new_output("execute_result", data=data, execution_count=None))
    return outputs.seen
