"""book/course.yml says of the course what the lectures and the table of contents say."""

import json
import re
import sys

import pytest
import yaml

from .conftest import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import course_map
import course_plan

PLAN = course_plan.read_plan(ROOT)
LECTURES = {entry["number"]: entry for entry in PLAN["lectures"]}
HOMEWORK = {entry["number"]: entry for entry in PLAN["homework"]}
WRITTEN = [entry for entry in PLAN["lectures"] if "file" in entry]


def chapters(caption):
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
    (part,) = [part for part in toc["parts"] if part["caption"] == caption]
    return [chapter["file"] for chapter in part["chapters"]]


def first_cell(entry):
    notebook = json.loads((ROOT / f"{entry['file']}.ipynb").read_text(encoding="utf-8"))
    return "".join(notebook["cells"][0]["source"])


def test_the_contents_list_what_is_written():
    assert chapters("Lectures") == [entry["file"] for entry in WRITTEN]
    assert chapters("Homework") == [e["file"] for e in PLAN["homework"] if "file" in e]


@pytest.mark.parametrize("entry", WRITTEN, ids=lambda entry: entry["title"])
def test_a_lecture_says_the_same_of_itself(entry):
    assert entry["file"].startswith(f"lectures/{entry['number']:02d}_")
    text = first_cell(entry)
    (needs,) = re.findall(r"\*\*Builds on\*\*(.*?)\*\*Time\*\*", text, re.DOTALL)
    said = sorted({int(number) for number in re.findall(r"\]\((\d\d)_[a-z_]+\.ipynb", needs)})
    assert said == entry["needs"]
    (minutes,) = re.findall(r"\*\*Time\*\* (\d+) minutes", text)
    assert int(minutes) == entry["minutes"]


def test_what_a_lecture_needs_comes_before_it():
    for number, entry in LECTURES.items():
        assert all(needed < number for needed in entry["needs"])


def test_every_lecture_has_its_week_and_every_homework_its_two():
    weeks = PLAN["weeks"]
    assert len(weeks) == 15
    assert [n for week in weeks for n in week["read"]] == list(LECTURES)
    handed_out = {n: w for w, week in enumerate(weeks) for n in week.get("out", ())}
    handed_in = {n: w for w, week in enumerate(weeks) for n in week.get("due", ())}
    read = {n: w for w, week in enumerate(weeks) for n in week["read"]}
    assert list(handed_out) == list(handed_in) == list(HOMEWORK)
    for number, task in HOMEWORK.items():
        assert read[task["after"]] <= handed_out[number] < handed_in[number]


def test_the_map_draws_every_lecture_and_links_what_is_written():
    drawn = course_map.as_svg(PLAN, lambda file: f"../{file}.html")
    assert drawn.count("<rect") == len(LECTURES)
    assert drawn.count('class="edge"') == sum(len(e["needs"]) for e in LECTURES.values())
    for entry in PLAN["lectures"] + PLAN["homework"]:
        if "file" in entry:
            assert f'href="../{entry["file"]}.html"' in drawn


def test_no_two_boxes_of_the_map_overlap():
    drawn = course_map.as_svg(PLAN, str)
    corners = [
        (float(x), float(y)) for x, y in re.findall(r'<rect [^>]*x="(\S+)" y="(\S+)"', drawn)
    ]
    for i, (x, y) in enumerate(corners):
        for other_x, other_y in corners[i + 1 :]:
            assert abs(x - other_x) >= course_map.WIDTH or abs(y - other_y) >= course_map.HEIGHT


def test_hours_add_up():
    rows = [line.split(" | ") for line in course_plan.self_study(PLAN)[2:]]
    minutes = sum(2 * entry["minutes"] for entry in WRITTEN)
    homework = sum(task["hours"] for task in PLAN["homework"] if "file" in task)
    assert int(rows[-1][-1].strip(" |")) == round(minutes / 60 + homework)
