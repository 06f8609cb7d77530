"""Homework: made from the solution, graded, reported."""

import sys

# jsonschema compiles a grammar for URIs if it finds this package: a second for each process, for a
# check that no notebook needs. It takes an import that fails for "not installed".
sys.modules.setdefault("rfc3987_syntax", None)
