# `make` alone says what there is. Everything runs in $(VENV), which is made from pyproject.toml
# and constraints.txt and made again when one of the two has changed.

VENV ?= .venv
# A Python to make the environment with; left empty, the first on the path that is new enough.
PYTHON ?=
# Passed on to pip, e.g. an index that has a CPU build of PyTorch.
PIP_ARGS ?=
# Test processes at once.
WORKERS ?= 2

READY := $(VENV)/.ready
ifeq ($(OS),Windows_NT)
PY := $(VENV)/Scripts/python
else
PY := $(VENV)/bin/python
endif
# `make test PY=python` uses an environment of yours and sets none up.
ifeq ($(origin PY),command line)
READY :=
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup book test test-all lab assignments grade bench lint format readme-figure \
        constraints clean clean-all

help: ## explain these commands
	@echo "make book   set up, run the lectures, build the website"
	@echo "make test   set up, run the tests"
	@echo
	@echo "All commands:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '%-22s %s\n' "$$name" "$$text"; done

setup: $(READY) ## make the environment in .venv (once, and when its inputs have changed)

$(VENV)/.ready: pyproject.toml constraints.txt
	@python="$$(sh tools/find_python.sh '$(PYTHON)')" && \
		"$$python" tools/create_environment.py --folder '$(VENV)' -- $(PIP_ARGS)

book: $(READY) ## run the lectures and build the website into book/_build/html
	@$(PY) book/build.py

# The browser tests open the built site, so it is built first: also under `make -j2 book test`.
test: book ## run the tests that every change must pass
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile -m "not slow" $(ARGS)

test-all: book ## run every test, also those that take long
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lab: $(READY) ## open the lectures in JupyterLab
	@$(PY) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/lectures $(ARGS)

assignments: $(READY) ## make the student's homework from solutions/
	@$(PY) -m dlcourse assignments

grade: $(READY) ## grade a class of invented submissions of homework 1
	@$(PY) -m dlcourse grade --demo hw1

bench: $(READY) ## measure speed and accuracy; the results go to benchmarks/
	@$(PY) -m benchmarks

lint: $(READY) ## check style, imports and formatting
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -c "from importlinter.cli import lint_imports_command as lint; lint()"

format: $(READY) ## put code and notebooks into the project's format
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

readme-figure: $(READY) ## compute the README's picture again
	@$(PY) tools/readme_figure.py

constraints: $(READY) ## write constraints.txt after pyproject.toml has changed (UPGRADE=1: newest)
	@$(PY) tools/freeze_constraints.py $(if $(UPGRADE),--upgrade) -- $(PIP_ARGS)

clean: ## remove what was built; the environment and the grades stay
	@rm -rf book/_build book/_generated dist .pytest_cache .ruff_cache .hypothesis \
		.import_linter_cache .jupyter_cache
	@find . -name .git -prune -o -name .venv -prune -o \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

clean-all: clean ## remove the environment too
	@rm -rf '$(VENV)'
