"""Build the website: `python book/build.py` writes book/_build/html.

Jupyter Book reads the notebooks where they lie, in lectures/ and assignments/. Lectures run in a
kernel of this interpreter, and only when something they depend on has changed: jupyter-cache
compares their cells, and the name of its folder carries a hash of everything else.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import sys
import time
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
BUILD = BOOK / "_build"
HTML = BUILD / "html"
CACHES = BUILD / "executed"
STAMP = BUILD / "built-from.txt"
KEEP_CACHES = 3
SLOW_SECONDS = 60
THEME = {
    "search_bar_text": "Search the course",
    "logo": {"text": "dlcourse", "alt_text": ""},
    "navbar_persistent": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "show_toc_level": 2,
}
RUNS_WITH = ("numpy", "matplotlib", "scikit-learn", "torch")


def version_of(package):
    """The installed version of a package, or "none"."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"


def add_file(digest, path, root):
    """Add a file's name and contents to a hash."""
    digest.update(path.relative_to(root).as_posix().encode() + b"\0")
    digest.update(path.read_bytes() + b"\0")


def environment_key(root=ROOT):
    """A hash of what a notebook's outputs depend on besides its own cells.

    That is: every file of the package, the constraints, the FULL mode, Python and the libraries
    that compute and draw.
    """
    from dlcourse import full_run

    digest = hashlib.sha256()
    files = [p for p in sorted((root / "dlcourse").rglob("*")) if p.is_file()]
    for path in [*files, root / "constraints.txt"]:
        if "__pycache__" in path.parts or not path.exists():
            continue
        add_file(digest, path, root)
    versions = [platform.python_version(), *(f"{name} {version_of(name)}" for name in RUNS_WITH)]
    digest.update("\n".join([f"full={full_run()}", *versions]).encode())
    return digest.hexdigest()[:16]


def sources_key(root=ROOT):
    """A hash of everything that the site is made from, outputs of notebooks included."""
    digest = hashlib.sha256(environment_key(root).encode())
    for folder in ("book", "lectures", "assignments", "benchmarks/results"):
        for path in sorted((root / folder).rglob("*")):
            inner = path.relative_to(root / folder).parts
            skipped = {"_build", "__pycache__", ".ipynb_checkpoints"} & set(inner)
            if path.is_file() and not skipped:
                add_file(digest, path, root)
    return digest.hexdigest()


def pages_key(root=ROOT):
    """A hash of what every page depends on besides its own source.

    That is the environment, and what all pages are dressed in: styles, scripts, templates,
    extensions, configuration. Sphinx copies a style sheet only when it writes a page.
    """
    digest = hashlib.sha256(environment_key(root).encode())
    book = root / "book"
    shared = [p for name in ("_static", "_ext", "_templates") for p in (book / name).rglob("*")]
    for path in sorted([*shared, book / "_config.yml", book / "_toc.yml"]):
        if path.is_file() and "__pycache__" not in path.parts:
            add_file(digest, path, root)
    return digest.hexdigest()


def is_fresh():
    """Tell whether book/_build/html was built from what lies here now."""
    return STAMP.exists() and STAMP.read_text(encoding="utf-8") == sources_key()


def choose_cache(key, caches=CACHES, keep=KEEP_CACHES):
    """Return the cache folder of this key; delete all but the `keep` caches used last."""
    chosen = caches / key
    chosen.mkdir(parents=True, exist_ok=True)
    os.utime(chosen)
    by_age = sorted(caches.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in [p for p in by_age if p != chosen][keep - 1 :]:
        shutil.rmtree(old)
    return chosen


def forget_pages_not_of(key, build=BUILD):
    """Delete the pages that were built with another `pages_key` than this one.

    Sphinx builds a page again when its source changes. The package is not the source of a page:
    links into its code, for one, would go on leading to places that are gone.
    """
    marker = build / "environment.txt"
    if not marker.exists() or marker.read_text(encoding="utf-8") != key:
        for folder in ("html", "doctrees"):
            shutil.rmtree(build / folder, ignore_errors=True)
    build.mkdir(parents=True, exist_ok=True)
    marker.write_text(key, encoding="utf-8")


def use_this_interpreter(folder=BUILD / "jupyter", root=ROOT):
    """Make `python3` mean a kernel of the running interpreter that finds this dlcourse.

    A kernel of that name registered elsewhere on the machine would otherwise be taken first.
    """
    spec = folder / "kernels" / "python3"
    spec.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": command, "display_name": "Python 3", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
    for name, value in (("JUPYTER_PATH", folder), ("PYTHONPATH", root)):
        os.environ[name] = os.pathsep.join(filter(None, [str(value), os.environ.get(name)]))
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def run_sphinx(cache):
    """Build the pages; return Sphinx's exit status, with every warning an error."""
    from jupyter_book.sphinx import build_sphinx

    overrides = {
        "latex_individualpages": False,
        "external_toc_path": (BOOK / "_toc.yml").as_posix(),
        "nb_execution_cache_path": str(cache),
        "html_theme_options": THEME,
    }
    result = build_sphinx(
        ROOT,
        HTML,
        path_config=BOOK / "_config.yml",
        noconfig=True,
        confoverrides=overrides,
        doctreedir=BUILD / "doctrees",
        warningiserror=True,
        keep_going=True,
    )
    return result if isinstance(result, int) else 1


def report_times(cache):
    """Print how long each lecture ran; say which are over the limit."""
    from jupyter_cache import get_cache

    last = {}
    for record in get_cache(str(cache)).list_cache_records():
        if record.uri not in last or last[record.uri].created < record.created:
            last[record.uri] = record
    for uri, record in sorted(last.items()):
        seconds = record.data.get("execution_seconds", 0.0)
        slow = f"  over the limit of {SLOW_SECONDS} s" if seconds > SLOW_SECONDS else ""
        print(f"  {Path(uri).relative_to(ROOT)}: {seconds:.1f} s{slow}")


def main(argv=None):
    parser = argparse.ArgumentParser(description="Build the website into book/_build/html.")
    parser.add_argument("--fresh", action="store_true", help="forget earlier builds and runs")
    args = parser.parse_args(argv)
    if args.fresh:
        shutil.rmtree(BUILD, ignore_errors=True)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    use_this_interpreter()
    started = time.perf_counter()
    STAMP.unlink(missing_ok=True)
    key = sources_key()
    forget_pages_not_of(pages_key())
    cache = choose_cache(environment_key())
    status = run_sphinx(cache)
    if status:
        print("make book: the build failed; every warning above counts.", file=sys.stderr)
        return status
    print("\nEach notebook's last run:")
    report_times(cache)
    STAMP.write_text(key, encoding="utf-8")
    took = time.perf_counter() - started
    print(f"Built in {took:.0f} s: {(HTML / 'index.html').relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
