"""Sphinx extension: the course's plan, book/course.yml, as cards, as a schedule, as a reading list.

`lecture-cards` is a card a written lecture and homework, for the first page. `course-weeks` is the
table of the fifteen weeks; `self-study` the same work in the order of a reader who is alone, with
the hours that add up.
"""

from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

PLAN = Path("book") / "course.yml"


def read_plan(root):
    """The plan, as it stands in the file."""
    return yaml.safe_load((Path(root) / PLAN).read_text(encoding="utf-8"))


def label(lecture):
    return f"{lecture['number']:02d} · {lecture['title']}"


def link(lecture):
    """A lecture's or a homework's name, with a link where there is something to read."""
    name = label(lecture) if "needs" in lecture else f"Homework {lecture['number']}"
    return f"[{name}](/{lecture['file']}.ipynb)" if "file" in lecture else name


def cards(plan):
    """MyST of the cards: what is written, lectures first."""
    lines = ["::::{grid} 1 2 2 2", ":gutter: 3", ""]
    for entry in plan["lectures"] + plan["homework"]:
        if "file" not in entry:
            continue
        lecture = "needs" in entry
        title = label(entry) if lecture else f"Homework {entry['number']}"
        time = (
            f"{entry['minutes']} minutes and the exercises"
            if lecture
            else f"about {entry['hours']} hours"
        )
        lines += [
            f":::{{grid-item-card}} {title}",
            f":link: /{entry['file']}",
            ":link-type: doc",
            "",
            entry["question"],
            "",
            "{.time}",
            time,
            ":::",
            "",
        ]
    return [*lines, "::::"]


def table(head, rows):
    """MyST of a table whose cells hold links."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(cells) + " |" for cells in rows]


def weeks(plan):
    lectures = {entry["number"]: entry for entry in plan["lectures"]}
    homework = {entry["number"]: entry for entry in plan["homework"]}
    rows = [
        (
            str(number),
            "<br>".join(link(lectures[n]) for n in week["read"]),
            ", ".join(link(homework[n]) for n in week.get("out", ())),
            ", ".join(link(homework[n]) for n in week.get("due", ())),
        )
        for number, week in enumerate(plan["weeks"], start=1)
    ]
    return table(("Week", "Read before class", "Handed out", "Handed in"), rows)


def self_study(plan):
    """Each lecture that is written, its homework behind it, and the hours up to there.

    A lecture's exercises are counted as long as its text.
    """
    rows, hours = [], 0.0
    for lecture in plan["lectures"]:
        if "file" not in lecture:
            continue
        hours += 2 * lecture["minutes"] / 60
        rows.append((link(lecture), f"{lecture['minutes']} min, exercises as long", f"{hours:.0f}"))
        for task in plan["homework"]:
            if "file" in task and task["after"] == lecture["number"]:
                hours += task["hours"]
                name = f"{link(task)}: {task['title']}"
                rows.append((name, f"{task['hours']} h", f"{hours:.0f}"))
    return table(("Do", "Time", "Hours so far"), rows)


class Planned(SphinxDirective):
    """A directive that writes MyST from the plan and has it read."""

    written_by = staticmethod(lambda plan: [])

    def run(self):
        self.env.note_dependency(str(Path(self.env.srcdir) / PLAN))
        self.plan = read_plan(self.env.srcdir)
        holder = nodes.container()
        lines = self.written_by(self.plan)
        self.state.nested_parse(StringList(lines, source=str(PLAN)), self.content_offset, holder)
        return holder.children


class LectureCards(Planned):
    written_by = staticmethod(cards)


class CourseWeeks(Planned):
    written_by = staticmethod(weeks)


class SelfStudy(Planned):
    written_by = staticmethod(self_study)


def setup(app):
    app.add_directive("lecture-cards", LectureCards)
    app.add_directive("course-weeks", CourseWeeks)
    app.add_directive("self-study", SelfStudy)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
