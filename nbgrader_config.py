"""nbgrader's configuration: its folders under the project's own names, and how homework is graded.

Read by every nbgrader command, by the formgrader, by `dlcourse assignments` and by
`dlcourse grade`, so that all of them do the same.
"""

from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from dlcourse.grading.execution import TwoZoneExecute
from dlcourse.grading.feedback import TEMPLATES, FeedbackExporter, Grades, HideTests
from dlcourse.grading.restore import RestoreCells

c = get_config()  # noqa: F821  (traitlets puts it into this file's namespace)

ROOT = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "grades/submitted"
c.CourseDirectory.autograded_directory = "grades/autograded"
c.CourseDirectory.feedback_directory = "grades/feedback"
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'grades' / 'gradebook.db'}"

# The homework's cells come back, deleted, altered or moved, before anything runs.
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    RestoreCells,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    TwoZoneExecute,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
# Student code runs in a sandbox, test cells outside it. A cell that never ends is interrupted, and
# the cells after it still run. Seconds for a cell, the tests of a question, a submission:
c.Execute.timeout = 15
c.TwoZoneExecute.question_timeout = 60
c.TwoZoneExecute.submission_timeout = 300
# What a homework's student code may import, where the sandbox's own list does not fit.
c.TwoZoneExecute.libraries_of = {
    # With PyTorch; without dlcourse.data, whose photographs know where their pixels are.
    "hw2": ["numpy", "matplotlib", "scikit-learn", "torch", "dlcourse.notebook", "dlcourse.random"],
}
c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 60

# Feedback says what failed and why, without the hidden tests; in a layout of its own.
c.GenerateFeedback.preprocessors = [Grades, HideTests, CSSHTMLHeaderPreprocessor]
c.GenerateFeedback.exporter_class = FeedbackExporter
c.FeedbackExporter.template_name = "dlcourse_feedback"
c.FeedbackExporter.extra_template_basedirs = [TEMPLATES]

c.CSSHTMLHeaderPreprocessor.style = "xcode"  # the default's colours exist in JupyterLab alone

# On these pages and in the formgrader, nothing that a student wrote is alive in the browser.
c.HTMLExporter.preprocessors = ["dlcourse.grading.harmless.HarmlessNotebook"]
c.HTMLExporter.filters = {
    "markdown2html": "dlcourse.grading.harmless.markdown",
    "highlight_code": "dlcourse.grading.harmless.code",
}
