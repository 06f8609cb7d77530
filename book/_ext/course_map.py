"""Sphinx extension: `course-map` draws which lecture builds on which, and lists it below.

The boxes are links. On a narrow screen the drawing scrolls, and the list says the same in words.
"""

import html
import itertools
import textwrap

from course_plan import Planned, label, link, table
from docutils import nodes

from dlcourse.viz.layering import layered

# Pixels: a box, and from one box's corner to the next one's.
WIDTH, HEIGHT = 162, 68
ACROSS, DOWN = 174, 104
LETTERS_OF_A_LINE = 20


def as_svg(plan, address):
    """The map from top to bottom, in the page's own colours.

    plan: as in book/course.yml. address: from a document's name to its place seen from this page.
    """
    lectures = {entry["number"]: entry for entry in plan["lectures"]}
    tasks = {entry["after"]: entry for entry in plan["homework"]}
    places, routes = layered({number: entry["needs"] for number, entry in lectures.items()})
    corner = {number: (ACROSS * row, DOWN * column) for number, (column, row) in places.items()}
    parts = [
        edge(corner[source], [(ACROSS * row, DOWN * column) for column, row in route], corner[user])
        for (source, user), route in routes.items()
    ]
    parts += [
        box(entry, tasks.get(number), corner[number], address) for number, entry in lectures.items()
    ]
    wide = max(x for x, _ in corner.values()) + WIDTH
    high = max(y for _, y in corner.values()) + HEIGHT
    text = (
        f"{len(lectures)} lectures as boxes; lines lead down from a lecture to those on top of it."
    )
    return (
        f'<div class="course-map"><svg viewBox="-2 -2 {wide + 4:.0f} {high + 4:.0f}" role="group" '
        f'aria-label="{text} The table below says the same.">{"".join(parts)}</svg></div>'
    )


def edge(source, passed, user):
    """A line that leaves a box below and enters one above, through the free places between."""
    points = [(source[0] + WIDTH / 2, source[1] + HEIGHT)]
    for x, y in passed:
        points += [(x + WIDTH / 2, y), (x + WIDTH / 2, y + HEIGHT)]
    points.append((user[0] + WIDTH / 2, user[1]))
    drawn = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for index, ((x, y), (to_x, to_y)) in enumerate(itertools.pairwise(points)):
        middle = (y + to_y) / 2
        bent = f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}"
        drawn.append(f"L{to_x:.0f} {to_y:.0f}" if index % 2 else bent)
    return f'<path class="edge" d="{" ".join(drawn)}"/>'


def box(lecture, task, corner, address):
    """A lecture's box: its number, its name, and the homework that follows it."""
    x, y = corner
    written = "file" in lecture
    lines = textwrap.wrap(lecture["title"], LETTERS_OF_A_LINE)
    first = y + (46 if len(lines) == 1 else 39)
    text = "".join(
        f'<text x="{x + 12:.0f}" y="{first + 18 * n:.0f}">{html.escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    number = f'<text class="small" x="{x + 12:.0f}" y="{y + 19:.0f}">{lecture["number"]:02d}</text>'
    kind = "written" if written else "planned"
    shape = (
        f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="7"/>'
    )
    drawn = linked(shape + number + text, lecture, label(lecture), address)
    if task:
        name = (
            f'<text class="small task" text-anchor="end" x="{x + WIDTH - 12:.0f}" '
            f'y="{y + 19:.0f}">homework {task["number"]}</text>'
        )
        drawn += linked(name, task, f"Homework {task['number']}", address)
    return drawn


def linked(drawing, entry, name, address):
    if "file" not in entry:
        return drawing
    return f'<a href="{address(entry["file"])}" aria-label="{html.escape(name)}">{drawing}</a>'


def builds_on(plan):
    """MyST of the map as a table."""
    lectures = {entry["number"]: entry for entry in plan["lectures"]}
    tasks = {entry["after"]: entry for entry in plan["homework"]}
    rows = []
    for number, entry in lectures.items():
        needs = ", ".join(f"{n:02d}" for n in entry["needs"]) or "school mathematics"
        rows.append((link(entry), needs, link(tasks[number]) if number in tasks else ""))
    return table(("Lecture", "Builds on", "Homework after it"), rows)


class CourseMap(Planned):
    written_by = staticmethod(builds_on)

    def run(self):
        listed = super().run()
        builder, here = self.env.app.builder, self.env.docname
        drawing = as_svg(self.plan, lambda file: builder.get_relative_uri(here, file))
        return [nodes.raw("", drawing, format="html"), *listed]


def setup(app):
    app.add_directive("course-map", CourseMap)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
