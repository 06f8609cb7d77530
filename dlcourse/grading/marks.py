"""The marks of one submission, as the gradebook has them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """One graded cell of one submission. automatic is None where a person marks it."""

    cell: str
    score: float
    points: float
    automatic: float | None
    pending: bool


@dataclass(frozen=True)
class Marks:
    """All marks of one submission. penalty: points taken off for handing in late."""

    cells: tuple
    penalty: float

    @property
    def score(self):
        return sum(mark.score for mark in self.cells) - self.penalty

    @property
    def points(self):
        return sum(mark.points for mark in self.cells)

    @property
    def automatic(self):
        return sum(mark.automatic or 0.0 for mark in self.cells)

    @property
    def pending(self):
        """The points that wait for a person."""
        return sum(mark.points for mark in self.cells if mark.pending)

    def by_question(self):
        """Question to score, in the notebook's order."""
        scores = {}
        for mark in self.cells:
            question = mark.cell.split("-")[0]
            scores[question] = scores.get(question, 0.0) + mark.score
        return scores

    def by_cell(self):
        """Cell to score."""
        return {mark.cell: mark.score for mark in self.cells}
