"""Each term of the glossary is linked from a lecture, which is how its entry knows where it is."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def terms():
    entries = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8").split("```{glossary}")[1]
    return re.findall(r"^(\S[^\n]*)\n  ", entries, re.MULTILINE)


def linked():
    found = set()
    for path in (ROOT / "lectures").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for text in re.findall(r"\{term\}`([^`]+)`", "".join(cell["source"])):
                named = re.search(r"<([^>]+)>", text)
                found.add(re.sub(r"\s+", " ", named[1] if named else text).lower())
    return found


def test_every_term_is_linked_from_a_lecture():
    assert len(terms()) > 50
    assert [term for term in terms() if term.lower() not in linked()] == []


def test_the_terms_are_in_order_and_there_once():
    names = [term.lower() for term in terms()]
    assert names == sorted(set(names))
