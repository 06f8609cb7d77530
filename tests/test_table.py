"""A table is aligned as text and escaped as HTML."""

from bs4 import BeautifulSoup

from dlcourse.table import Table

TABLE = Table(("name", "n"), [("a<b", "1"), ("c", "1,000")], right={1}, notes=("x & y",))


def test_text_is_aligned():
    assert str(TABLE).splitlines() == [
        "name      n",
        "----  -----",
        "a<b       1",
        "c     1,000",
        "",
        "x & y",
    ]
    assert repr(TABLE) == str(TABLE)
    assert str(Table(("only",), [])) == "only\n----"


def test_html_says_the_same():
    page = BeautifulSoup(TABLE._repr_html_(), "html.parser")
    cells = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in page("tr")]
    assert cells == [list(TABLE.head), *map(list, TABLE.rows)]
    assert page.p.get_text() == "x & y"
    assert {cell["scope"] for cell in page("th")} == {"col"}
