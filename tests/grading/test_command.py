"""`dlcourse grade` at the command line, and the report, without running a submission."""

import csv
from pathlib import Path

import pytest

from dlcourse.cli import main
from dlcourse.grading import classroom, course, report, unit
from dlcourse.grading.marks import Mark, Marks
from dlcourse.grading.unit import Limits

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small_root(small_course, tmp_path, monkeypatch):
    monkeypatch.chdir(small_course.make(tmp_path))
    return tmp_path


def one_line(capsys):
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    assert said.startswith("dlcourse grade: ")
    return said


def test_no_such_homework(small_root, capsys):
    assert main(["grade", "large"]) == 2
    assert "no homework 'large' in solutions/; there are: small" in one_line(capsys)


def test_no_submissions(small_root, capsys):
    assert main(["grade", "small"]) == 2
    said = one_line(capsys)
    assert "no submissions for small" in said
    assert "STUDENT/small/small.ipynb" in said


def test_not_in_a_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["grade", "small"]) == 2
    assert "nbgrader_config.py" in one_line(capsys)


def test_an_invented_class_needs_the_students_version(small_root, capsys):
    assert main(["grade", "--demo", "small"]) == 2
    assert "run `dlcourse assignments` first" in one_line(capsys)


def test_an_invented_class_never_joins_a_real_one(small_root, monkeypatch):
    monkeypatch.setattr(classroom, "students", lambda root, homework: {"perfect": {"a.txt": b""}})
    submitted = small_root / "grades" / "submitted"
    (submitted / "somebody" / "small").mkdir(parents=True)
    with pytest.raises(course.CourseError, match="holds other submissions"):
        classroom.place(small_root, "small", submitted)
    assert sorted(path.name for path in submitted.iterdir()) == ["somebody"]


def test_an_invented_class_and_a_real_one_share_no_gradebook(tmp_path):
    for name in classroom.NAMES:
        (tmp_path / "autograded" / name).mkdir(parents=True)
    classroom.keep_apart(tmp_path, ["perfect"])
    with pytest.raises(course.CourseError, match="invented class of --demo and others"):
        classroom.keep_apart(tmp_path, ["somebody"])
    (tmp_path / "real" / "feedback" / "somebody").mkdir(parents=True)
    classroom.keep_apart(tmp_path / "real", ["perfect"])
    with pytest.raises(course.CourseError, match="invented class of --demo and others"):
        classroom.keep_apart(tmp_path / "real", classroom.NAMES)


def test_the_invented_class_has_its_names():
    assert set(classroom.students(ROOT, "hw1")) == classroom.NAMES


@pytest.mark.parametrize("arguments", [["grade", "small"], ["rehearse", "small"]])
@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_are_a_number_from_one_on(small_root, capsys, arguments, jobs):
    with pytest.raises(SystemExit):
        main([*arguments, f"--jobs={jobs}"])
    assert f"--jobs: expected a whole number from 1 on, got '{jobs}'" in capsys.readouterr().err


def test_who_is_there_where_a_student_is_not(small_root, small_course, answer, capsys):
    small_course.hand_in(small_root, "ann", answer())
    assert main(["grade", "small", "--student", "anne"]) == 2
    assert "no submission of 'anne' for small" in (said := one_line(capsys))
    assert said.endswith("there are: ann\n")


def test_a_folder_of_submissions_that_is_none(small_root, capsys):
    assert main(["grade", "small", "--submitted", "downloads"]) == 2
    assert "downloads, which is not there" in one_line(capsys)
    assert main(["grade", "small", "--submitted", "nbgrader_config.py"]) == 2
    assert "nbgrader_config.py is no folder" in one_line(capsys)


def test_grades_that_cannot_be_written(small_root, small_course, answer, capsys):
    small_course.hand_in(small_root, "ann", answer())
    assert main(["grade", "small", "--output", "nbgrader_config.py"]) == 2
    assert "name another folder with --output" in one_line(capsys)


def test_ctrl_c_ends_every_command_in_a_line(monkeypatch, capsys):
    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr("dlcourse.doctor.run", interrupted)
    assert main(["doctor"]) == 130
    assert capsys.readouterr().err == "\ndlcourse: stopped\n"


def test_nbgrader_makes_no_failure_of_ctrl_c():
    with pytest.raises(KeyboardInterrupt):
        course.reason({"success": False, "log": "[INFO] Converting\n[ERROR] Canceled\n"})
    assert course.reason({"log": "ValueError: wrong\n[ERROR] Failed"}) == "ValueError: wrong"


def rows():
    marks = Marks(
        (
            Mark("q-a", 1.5, 2.0, 1.5, False),
            Mark("q-b", 0.0, 1.0, 0.0, False),
            Mark("essay", 0.0, 4.0, None, True),
        ),
        penalty=0.5,
    )
    return [
        report.Row("ann", unit.AWAITING, marks, 3.21, 99.6, ""),
        report.Row("ben", "crashed", None, 1.0, 50.0, "the kernel died"),
    ]


def test_marks_add_up():
    marks = rows()[0].marks
    assert (marks.score, marks.points, marks.automatic, marks.pending) == (1.0, 7.0, 1.5, 4.0)
    assert marks.by_question() == {"q": 1.5, "essay": 0.0}


def test_table():
    text = report.table(rows())
    assert "1 of 7" in text
    assert "4 pending" in text
    assert "2 submissions: 1 graded and awaiting hand marks, 1 crashed" in text
    line = next(line for line in text.split("\n") if line.startswith("ben"))
    assert line.split() == ["ben", "crashed", "-", "-", "-", "the", "kernel", "died"]


def test_csv(tmp_path):
    report.write_csv(tmp_path / "deep" / "grades.csv", rows(), ["q", "essay"])
    with open(tmp_path / "deep" / "grades.csv", newline="", encoding="utf-8") as file:
        ann, ben = csv.DictReader(file)
    assert ann["score"] == "1"
    assert ann["max_score"] == "7"
    assert ann["q"] == "1.5"
    assert ann["manual_pending"] == "4"
    assert {ben[c] for c in ("score", "max_score", "auto_score", "q", "essay")} == {""}


@pytest.mark.parametrize("student", ["=cmd()", "+1", "-1", "@sum", "\t=1"])
def test_no_student_is_a_formula(tmp_path, student):
    row = report.Row(student, "crashed", None, 1.0, 50.0, "=1+1")
    report.write_csv(tmp_path / "grades.csv", [row], ["q"])
    with open(tmp_path / "grades.csv", newline="", encoding="utf-8") as file:
        (line,) = csv.DictReader(file)
    assert line["student"] == f"'{student}"
    assert line["note"] == "'=1+1"


def test_csv_is_utf8_with_stable_columns(tmp_path):
    row = report.Row("Zoë Ørsted, jr", "crashed", None, 1.0, 50.0, "")
    report.write_csv(tmp_path / "grades.csv", [row], ["softmax", "relu"])
    text = (tmp_path / "grades.csv").read_bytes().decode("utf-8")
    assert text.split("\r\n")[0] == (
        "student,status,score,max_score,auto_score,manual_pending,softmax,relu,seconds,"
        "peak_memory_mib,note"
    )
    assert next(csv.DictReader(text.splitlines()))["student"] == "Zoë Ørsted, jr"


@pytest.mark.parametrize("state", [s for s in unit.STATES if not s.startswith("graded")])
def test_failure_page_has_advice_for_every_state(state):
    row = report.Row("<b>ann</b>", state, None, 1.0, 1.0, "it <i>failed</i>")
    page = report.failure_page("hw1", row)
    assert report.ADVICE[state].split(".")[0][:30] in page.replace("&#x27;", "'")
    assert "<b>" not in page
    assert "<i>" not in page


def test_a_failure_page_leaves_file_names_as_they_are():
    def page(note):
        return report.failure_page("hw1", report.Row("ann", "malformed", None, 1.0, 1.0, note))

    assert "> hw1.ipynb is missing." in page("hw1.ipynb is missing")
    assert "> Handed in more than once." in page("handed in more than once")


def test_limits_have_sane_defaults():
    assert 60 <= Limits().seconds <= 900
    assert Limits().memory >= 512
