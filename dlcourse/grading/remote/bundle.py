"""The student's side of the protocol as one piece of source, for a kernel without this package."""

import functools
from pathlib import Path

_PACKAGE = "dlcourse.grading.remote"
_PARTS = ("frames", "leaves", "values", "arguments", "agent")
NAME = "__dlcourse_agent__"  # where the agent lies in the student's sys.modules

# The parts import each other by their full names. These are there while the parts load and gone
# afterwards: the student's own `import dlcourse` finds what it would have found.
_LOAD = """\
def load(parts):
    import sys, types
    names = ["dlcourse", "dlcourse.grading", {package!r}]
    names += [{package!r} + "." + name for name in parts]
    before = {{name: sys.modules.pop(name) for name in names if name in sys.modules}}
    for name in names:
        sys.modules[name] = types.ModuleType(name)
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, sys.modules[name])
    for name, text in parts.items():
        code = compile(text, "<dlcourse " + name + ">", "exec")
        exec(code, sys.modules[{package!r} + "." + name].__dict__)
    agent = sys.modules[{package!r} + ".agent"]
    for name in names:
        del sys.modules[name]
    sys.modules.update(before)
    sys.modules[{name!r}] = agent
load({parts!r})
del load
"""


@functools.cache
def source():
    """Python that puts the agent into the kernel in which it runs."""
    folder = Path(__file__).parent
    parts = {name: (folder / f"{name}.py").read_text(encoding="utf-8") for name in _PARTS}
    return _LOAD.format(package=_PACKAGE, name=NAME, parts=parts)


def serve(path, most, count):
    """Python that lets the agent serve one test cell at a Unix socket (see agent.serve)."""
    return f"__import__('sys').modules[{NAME!r}].serve({path!r}, {most!r}, {count!r})"
