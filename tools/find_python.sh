#!/bin/sh
# Prints a Python that the course runs on: the one named as argument, or the first on the path
# that is new enough and can make environments, from the machine's own choice on.
# Finds none: prints whatever Python is there, whose version `create_environment.py` then refuses.
if [ -n "$1" ]; then
    echo "$1"
    exit 0
fi

works='import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 14): sys.exit(1)
import venv, ensurepip'
new_enough='import sys; sys.exit(sys.version_info[:2] < (3, 11))'
any_python='import sys; sys.exit(sys.version_info[:2] < (3, 6))'

for condition in "$works" "$new_enough" "$any_python"; do
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c "$condition" >/dev/null 2>&1; then
            echo "$name"
            exit 0
        fi
    done
done
echo "set-up failed: no Python found: install Python 3.11 or newer, or name it, as in" \
    "\`make setup PYTHON=/path/to/python3\`" >&2
exit 1
