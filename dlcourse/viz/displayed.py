"""What every figure of the course is to a notebook: HTML, and a description where HTML is not."""


class Displayed:
    """A figure that a notebook displays: subclasses set `html`, for the page, and `alt`, its words.

    One bundle names both forms, so that no front end falls back on a form of its own.
    """

    def _repr_html_(self):
        return self.html

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": repr(self)}

    def __repr__(self):
        return f"Figure: {self.alt}"
