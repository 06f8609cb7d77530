"""A class with every kind of submission: each ends in one state, and none stops another."""

import csv
import html
import re
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade, is_grade

from dlcourse.grading import audit, batch, secret_text, unit
from dlcourse.grading.unit import Limits

STATES = {
    "good": "graded and awaiting hand marks",
    "packed": "graded and awaiting hand marks",
    "blank": "graded",
    "half": "graded and awaiting hand marks",
    "hidden_only": "graded and awaiting hand marks",
    "leaking": "graded and awaiting hand marks",
    "syntax": "graded and awaiting hand marks",
    "endless": "graded and awaiting hand marks",
    "html": "graded and awaiting hand marks",
    "warned": "graded and awaiting hand marks",
    "deleted": "graded and awaiting hand marks",
    "edited": "graded and awaiting hand marks",
    "dead": "graded and awaiting hand marks",
    "hungry": "graded and awaiting hand marks",
    "stubborn": "graded and awaiting hand marks",
    "foreign": "malformed",
    "no_json": "malformed",
    "empty": "malformed",
    "misnamed": "malformed",
}
# Points of twice-small (1), twice-negative (2), root-four (2), worked out from the answers.
SCORES = {
    "good": 5,
    "packed": 5,  # the same, handed in as the file that `dlcourse pack` makes
    "blank": 0,
    "half": 2,
    "hidden_only": 4,
    "leaking": 4,
    "syntax": 3,
    "endless": 2,
    "html": 5,
    "warned": 5,  # nbgrader takes a warning for a failure; here it costs nothing
    "deleted": 2,
    "edited": 2,
    "dead": 3,
    "hungry": 3,
    "stubborn": 3,
}


def test_every_submission_ends_in_its_state(graded):
    assert {name: row.state for name, row in graded.rows.items()} == STATES
    assert set(STATES.values()) <= set(unit.STATES)


def test_automatic_points(graded):
    points = {name: row.marks.automatic for name, row in graded.rows.items() if row.marks}
    assert points == SCORES


def test_what_was_not_graded_has_empty_scores_and_no_zero(graded):
    for name, state in STATES.items():
        line = graded.csv[name]
        assert line["status"] == state
        if not state.startswith("graded"):
            assert {line[c] for c in ("score", "max_score", "auto_score", "twice")} == {""}
            assert line["note"]


def test_the_csv_agrees_with_the_graded_notebooks(graded):
    """The sums by nbgrader's own rule over the outputs, past the gradebook and our report."""
    for name in SCORES:
        path = graded.root / "grades" / "autograded" / name / "small" / "small.ipynb"
        total, questions = 0.0, {}
        for cell in nbformat.read(path, as_version=4).cells:
            if is_grade(cell):
                score = determine_grade(cell)[0] or 0.0
                question = cell.metadata.nbgrader.grade_id.split("-")[0]
                questions[question] = questions.get(question, 0.0) + score
                total += score
        line = graded.csv[name]
        assert float(line["score"]) == float(line["auto_score"]) == total
        assert float(line["max_score"]) == 7
        assert {q: float(line[q]) for q in ("twice", "root", "why")} == questions
        assert float(line["manual_pending"]) == (0 if name == "blank" else 2)


def test_notes_say_what_was_mended(graded):
    assert "twice, twice-small, twice-negative" in graded.rows["deleted"].note
    assert "timed out: twice-small, twice-negative" in graded.rows["endless"].note
    assert graded.rows["good"].note == ""
    assert "crashed: root" in graded.rows["dead"].note
    assert "out of memory: root" in graded.rows["hungry"].note
    assert graded.rows["hungry"].memory > 900 > 200 > graded.rows["good"].memory > 5
    assert "mine.ipynb" in graded.rows["misnamed"].note
    assert "timed out: root" in graded.rows["stubborn"].note


def test_altered_tests_are_restored(graded):
    path = graded.root / "grades" / "autograded" / "edited" / "small" / "small.ipynb"
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    assert not any("print('passed')" in source for source in sources)


def test_every_student_gets_a_page(graded):
    for name, state in STATES.items():
        page = _page(graded, name)
        assert "small" in page
        if not state.startswith("graded"):
            assert f"Not graded: {state}" in page
            assert "not a zero" in page


def test_no_page_shows_a_hidden_test(graded, small_course):
    for name in STATES:
        page = _page(graded, name)
        assert small_course.HIDDEN not in page, name
        assert "628318" not in page, name
        assert "HIDDEN" not in page, name


def test_pages_keep_the_messages(graded):
    assert "twice(3) is 1.5 times too large" in _page(graded, "half")
    assert "twice of a large number" in _page(graded, "hidden_only")
    assert "Found by a hidden test" in _page(graded, "hidden_only")
    assert "Did not end in 4 seconds" in _page(graded, "endless")
    assert "expected ':'" in _page(graded, "syntax")
    assert "did the cell that defines it end in an error" in _page(graded, "syntax")
    assert "Not answered yet" in _page(graded, "blank")
    leaking = _page(graded, "leaking")
    assert "ValueError" in leaking
    text = re.sub(r"<[^>]+>", "", leaking)  # colours split the student's code into spans
    # Their own line is quoted, and what it made of the input is not.
    assert text.count("the input is") == text.count("the input is {x}") > 0
    assert "in line 4 of twice" in leaking


@pytest.mark.slow
def test_a_second_run_keeps_hand_marks_and_the_lines_of_others(small_course, answer, tmp_path):
    root = small_course.make(tmp_path)
    for student in ("ann", "ben"):
        small_course.hand_in(root, student, answer(twice="def twice(x):\n    return x**2"))
    submitted = root / "grades" / "submitted"
    first = batch.grade(root, "small", submitted).rows
    assert [row.state for row in first] == [unit.AWAITING] * 2
    assert [row.marks.score for row in first] == [2, 2]
    with Gradebook(f"sqlite:///{root / 'grades' / 'gradebook.db'}", "dlcourse") as gradebook:
        grade = gradebook.find_grade("why", "small", "small", "ann")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()

    (again,) = batch.grade(root, "small", submitted, batch.Options(student="ann")).rows
    assert (again.state, again.marks.score, again.marks.pending) == (unit.GRADED, 3.5, 0)
    with open(root / "grades" / "small" / "grades.csv", newline="", encoding="utf-8") as file:
        lines = {line["student"]: line for line in csv.DictReader(file)}
    assert {name: line["score"] for name, line in lines.items()} == {"ann": "3.5", "ben": "2"}


def test_what_cannot_be_read_is_not_kept_from_an_earlier_run(small_course, tmp_path):
    root = small_course.make(tmp_path)
    submitted = root / "grades" / "submitted"
    submitted.mkdir(parents=True)
    (submitted / "ann.zip").write_bytes(b"no zip file")
    summary = batch.grade(root, "small", submitted, batch.Options(jobs=1))
    assert [row.state for row in summary.rows] == ["malformed"]
    assert summary.kept == 0


def test_a_time_that_is_none_is_said(small_course, answer, tmp_path):
    root = small_course.make(tmp_path)
    small_course.hand_in(root, "ann", answer())
    submitted = root / "grades" / "submitted"
    (submitted / "ann" / "small" / "timestamp.txt").write_text("yesterday")
    (row,) = batch.grade(root, "small", submitted, batch.Options(jobs=1, pages=False)).rows
    assert "timestamp.txt says no time, as 2026-" in row.note
    (row,) = batch.grade(root, "small", submitted, batch.Options(jobs=1)).rows
    assert "timestamp.txt says no time" in row.note


def test_a_submission_past_its_time_is_ended_from_outside(small_course, answer, tmp_path):
    root = small_course.make(tmp_path, cell_seconds=60)
    small_course.hand_in(root, "slow", answer(root="while True:\n    pass"))
    options = batch.Options(limits=Limits(seconds=6), jobs=1)
    (row,) = batch.grade(root, "small", root / "grades" / "submitted", options).rows
    assert (row.state, row.marks) == ("timed out", None)
    assert "6 s" in row.note


def test_pages_make_student_html_harmless(graded):
    path = graded.root / "grades" / "feedback" / "html" / "small" / "small.html"
    page = path.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "[picture: not a PNG or JPEG]" in page


def test_pages_ask_no_other_host_and_run_nothing(browser, graded):
    for student in ("html", "half", "dead"):
        asked, trouble = [], []
        tab = browser.new_page()
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.on("console", lambda message, trouble=trouble: trouble.append(message.text))
        tab.goto((graded.root / "grades/feedback" / student / "small/small.html").as_uri())
        assert tab.evaluate("document.scripts.length") == 0
        tab.close()
        assert [url for url in asked if not url.startswith("file:")] == []
        assert trouble == []


def test_the_audit_finds_nothing_in_the_pages_but_what_is_planted(graded, tmp_path):
    secrets = secret_text.of_course(graded.root)
    copy = shutil.copytree(graded.root / "grades", tmp_path / "grades")
    assert audit.audit([copy / "feedback"], secrets) == []
    page = copy / "feedback" / "good" / "small" / "small.html"
    line = 'checks.array(twice(314159), 628318, "twice of a large number")'
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</body>", f"<i>{html.escape(line)}</i></body>"), encoding="utf-8")
    (finding,) = audit.audit([copy / "feedback"], secrets)
    assert (finding.path, finding.what) == (str(page), "a hidden test of small, twice-small")


def _page(graded, student):
    folder = graded.root / "grades" / "feedback" / student / "small"
    return html.unescape((folder / "small.html").read_text(encoding="utf-8"))
