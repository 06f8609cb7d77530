"""What a page may say of a cell: outputs made up here, in the form that IPython gives them."""

import nbformat

from dlcourse.grading import feedback, verdict
from dlcourse.grading.questions import questions

VISIBLE = "f(1)\nf(2)"
SOURCE = f"{VISIBLE}\n### BEGIN HIDDEN TESTS\nf(271828)\n### END HIDDEN TESTS"


def code(source, count, role=None, outputs=()):
    meta = {}
    if role:
        meta["nbgrader"] = {
            "grade_id": f"{role}-{count}",
            "grade": role == "test",
            "solution": role == "answer",
        }
    return nbformat.v4.new_code_cell(
        source, execution_count=count, metadata=meta, outputs=list(outputs)
    )


def error(name, text, *frames):
    """An error output; frames: (count, line), outermost first."""
    lines = [f"\x1b[0;31m{name}\x1b[0m Traceback (most recent call last)"]
    lines += [f"Cell \x1b[0;32mIn[{count}], line {line}\x1b[0m\n--> code" for count, line in frames]
    lines.append(f"{name}: {text}")
    return nbformat.v4.new_output("error", ename=name, evalue=text, traceback=lines)


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def hidden(*outputs, before=(), after=()):
    """The cells of a notebook, hidden: an answer (count 1), its test (count 2), and others."""
    answer = code("def f(x):\n    return g(x)", 1, "answer", before)
    test = code(SOURCE, 2, "test", outputs)
    notebook = nbformat.v4.new_notebook(cells=[answer, test, *after])
    feedback.hide(notebook, timeout=15)
    return notebook.cells


def message(*outputs):
    return hidden(*outputs)[1].metadata.dlcourse_message


def test_a_test_that_passed_has_no_message_and_no_output():
    cell = hidden(stream("271828"))[1]
    assert cell.metadata.dlcourse_message is None
    assert (cell.source, cell.outputs) == (VISIBLE, [])


def test_a_failed_check_says_where_it_was():
    assert "visible test" in message(error("CheckFailed", "too large", (2, 2)))
    assert "hidden test" in message(error("CheckFailed", "too large", (2, 4)))
    assert "too large" in message(error("CheckFailed", "too large", (2, 4)))


def test_a_check_that_the_student_raised_is_not_believed_in_a_hidden_test():
    said = message(error("CheckFailed", "271828", (2, 4), (1, 2)))
    assert "271828" not in said
    assert "in line 2 of answer-1: return g(x)" in said


def test_an_exception_in_a_visible_test_keeps_its_text():
    said = message(error("ValueError", "wrong shape", (2, 1), (1, 2)))
    assert "ValueError: wrong shape" in said
    assert "in line 2 of answer-1: return g(x)" in said


def test_an_exception_in_a_hidden_test_keeps_its_kind_alone():
    said = message(error("ValueError", "x is 271828", (2, 4), (1, 2)))
    assert "271828" not in said
    assert said.startswith("ValueError\n")
    named = message(error("Secret271828", "", (2, 4), (1, 2)))
    assert "271828" not in named


def test_time_warnings_and_blanks():
    assert "15 seconds" in message(error("CellTimeoutError", ""))
    assert "error stream" in message(stream("RuntimeWarning", "stderr"))
    assert "Not answered yet" in message(error("NotImplementedError", "", (2, 1), (1, 2)))


def test_long_texts_are_cut():
    assert len(message(error("ValueError", "x" * 100_000, (2, 1)))) < 1500


def test_outputs_stay_before_the_first_hidden_test_and_go_after_it():
    later = code("print(seen)", 3, outputs=[stream("271828")])
    failed = code("1 / 0", 4, outputs=[error("ZeroDivisionError", "271828", (4, 1))])
    broken = code("def f(:", 5, outputs=[error("SyntaxError", "271828")])
    cells = hidden(before=[stream("early")], after=[later, failed, broken])
    assert cells[0].outputs[0].text == "early"
    assert [cell.outputs for cell in cells[2:]] == [[], [], []]
    said = [cell.metadata.dlcourse_message for cell in cells[2:]]
    assert not any("271828" in text for text in said)
    assert "Run it to see it" in said[0]
    assert "ZeroDivisionError" in said[1]
    assert "SyntaxError: invalid syntax (line 1 of this cell)" in said[2]


def test_questions_collect_points_by_heading():
    def part(kind, name, score=None, points=None, solution=False):
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        meta = {"grade_id": name, "grade": points is not None, "solution": solution}
        if points is not None:
            meta |= {"score": score, "points": points}
        return make("", metadata={"nbgrader": meta})

    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("### One (3 points, read by a person)\ntext"),
            part("code", "one", solution=True),
            part("code", "one-a", 1.0, 2.0),
            part("code", "one-b", 0.5, 1.0),
            nbformat.v4.new_markdown_cell("### Two (about (x, y))"),
            part("markdown", "two", 0.0, 4.0, solution=True),
        ]
    )
    one, two = questions(notebook, pending={"two"})
    assert (one["title"], one["score"], one["points"], one["pending"]) == ("One", 1.5, 3.0, 0.0)
    assert (two["title"], two["score"], two["points"], two["pending"]) == (
        "Two (about (x, y))",
        0.0,
        4.0,
        4.0,
    )


def test_a_cell_with_no_region_is_visible_whole():
    assert verdict.hidden_lines("a\nb") == set()
    assert verdict.visible_part("a\nb") == "a\nb"


def test_what_the_grader_ended_is_explained_without_a_place():
    def ended(name, text):
        return nbformat.v4.new_output(
            "error", ename=name, evalue=text, traceback=[f"{name}: {text}"]
        )

    late = message(ended("CellTimeoutError", "the tests of f took longer than 60 s"))
    assert late.startswith("The tests of f took longer than 60 seconds. Is there a")
    assert "used more than 100 MiB" in message(ended("OutOfMemory", "used more than 100 MiB"))
    assert "did not run" in message(ended("NotRun", "this test was not run"))
    assert "not your fault" in message(ended("TrustedZoneDied", "the test ended its own process"))


def test_a_kernel_that_dies_in_a_hidden_test_has_no_last_words():
    text = "the kernel ended by itself with exit code 7 (x is 271828)"
    died = nbformat.v4.new_output("error", ename="KernelDied", evalue=text, traceback=[text])
    later = code("f(1)", 3, "test", [died])
    cells = hidden(died, after=[later])
    for cell in (cells[1], cells[2]):
        said = cell.metadata.dlcourse_message
        assert said.startswith("Python itself ended: while this test ran.")
    first = nbformat.v4.new_notebook(cells=[code("f(1)", 1, "test", [died])])
    feedback.hide(first, timeout=15)
    assert "exit code 7" in first.cells[0].metadata.dlcourse_message


def test_a_students_class_of_the_same_name_is_not_believed():
    said = message(error("OutOfMemory", "x is 271828", (2, 4), (1, 2)))
    assert "271828" not in said
    later = code("boom", 3, outputs=[error("KernelDied", "271828")])
    assert "271828" not in hidden(after=[later])[2].metadata.dlcourse_message


def test_what_was_kept_from_a_hidden_test_does_not_come_out_in_a_visible_one():
    kept = "x is 271828"
    shown = "f(1) is wrong.\n  yours:    [271828]\n  expected: [2]"
    raised = code("f(1)", 3, "test", [error("ValueError", kept, (3, 1), (1, 2))])
    failed = code("f(1)", 4, "test", [error("CheckFailed", shown, (4, 1))])
    trusted = code("f(1)", 5, "test", [error("TypeError", f"an operator on a {kept}", (5, 1))])
    cells = hidden(after=[raised, failed, trusted])
    said = [cell.metadata.dlcourse_message for cell in cells[2:]]
    assert not any("271828" in text for text in said)
    assert said[0].startswith("ValueError\nin line 2 of answer-1: return g(x)")
    assert said[1] == "f(1) is wrong.\n  expected: [2]\n(Found by a visible test.)"
    before = message(error("CheckFailed", shown, (2, 1)))
    assert "yours:    [271828]" in before  # the first test's visible part came before


def test_a_name_that_is_not_there():
    said = message(error("NameError", "name 'f' is not defined", (2, 1)))
    assert said.startswith("name 'f' is not defined: did the cell")
    forged = code("f(1)", 3, "test", [error("NameError", "name 'x271828' is not defined", (3, 1))])
    assert "271828" not in hidden(after=[forged])[2].metadata.dlcourse_message
