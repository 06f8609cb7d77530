"""What is kept of a student's outputs, whatever a kernel sends."""

import base64

import nbformat
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.grading.zones import outcome
from dlcourse.grading.zones.outputs import Outputs

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()


def kept(*messages):
    outputs = Outputs()
    for kind, content in messages:
        outputs.add({"msg_type": kind, "content": content})
    return outputs.seen


def test_text_and_pictures_stay_and_what_lives_goes():
    (shown,) = kept(
        ("display_data", {"data": {"image/png": PNG, "text/html": "<b>", "text/plain": "fig"}})
    )
    assert shown.data == {"image/png": PNG, "text/plain": "fig"}
    (live,) = kept(("display_data", {"data": {"text/html": "<script>", "image/svg+xml": "<svg>"}}))
    assert live.data == {"text/plain": "<image/svg+xml, text/html: not kept>"}
    (fake,) = kept(("display_data", {"data": {"image/png": '"><script>', "text/plain": "x"}}))
    assert fake.data == {"text/plain": "x"}


def test_streams_are_joined_and_cut():
    (one,) = kept(
        ("stream", {"name": "stdout", "text": "a"}),
        ("stream", {"name": "stdout", "text": "b" * 200_000}),
        ("stream", {"name": "stderr", "text": "c"}),
    )
    assert one.text.startswith("ab")
    assert len(one.text) == 100_000


anything = st.recursive(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
kinds = st.sampled_from(["stream", "display_data", "execute_result", "error", "clear_output", "x"])
data = st.dictionaries(st.sampled_from(["text/plain", "image/png", "text/html"]), anything)


@given(st.lists(st.tuples(kinds, data, anything, st.lists(anything, max_size=3)), max_size=4))
def test_whatever_comes_a_valid_notebook_is_left(messages):
    seen = kept(
        *(
            (kind, {"data": more, "text": text, "ename": text, "evalue": text, "traceback": lines})
            for kind, more, text, lines in messages
        )
    )
    cell = nbformat.v4.new_code_cell("", id="a", outputs=seen)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode("utf-8")


def answer(**changes):
    return {"printed": "", "value": None, "error": None, **changes}


def test_partial_credit_is_a_number_from_zero_to_the_points():
    for value, kind in [(1.5, "execute_result"), (0.0, "execute_result"), (3.0, "error")]:
        (output,) = outcome.of_test(answer(value=value), Outputs(), 2.0)
        assert output.output_type == kind, value
    (output,) = outcome.of_test(answer(value="nan"), Outputs(), 2.0)
    assert output.ename == "PartialCreditError"
    assert outcome.of_test(answer(), Outputs(), 2.0) == []


def test_what_student_code_shows_in_a_test_is_no_result_and_no_error():
    printed = Outputs()
    for kind in ("execute_result", "display_data"):
        printed.add({"msg_type": kind, "content": {"data": {"text/plain": "2.0"}}})
    printed.error("E", "m", [])
    printed.text("careful", "stderr")
    (output,) = outcome.of_test(answer(), printed, 2.0)
    assert (output.output_type, output.name, output.text) == ("stream", "stdout", "careful")
