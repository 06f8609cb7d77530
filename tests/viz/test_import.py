import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]


def run(source):
    return subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_without_matplotlib_one_line_says_how_to_get_it():
    done = run("import sys; sys.modules['matplotlib'] = None; import dlcourse.viz")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: dlcourse.viz needs matplotlib: pip install 'dlcourse[course]'"
    )
    assert "During handling" not in done.stderr


def test_pyplot_is_not_loaded():
    done = run("import sys, dlcourse.viz; print('matplotlib.pyplot' in sys.modules)")
    assert done.stdout == "False\n"
