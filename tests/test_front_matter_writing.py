"""Front matter that is written: what is wanted is in it, and all else stays letter by letter."""

import unicodedata
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.corpus import parse, with_front_matter
from kb.corpus.front_matter import read_front_matter
from kb.domain import Document, DocumentId

ENTRIES = {"title": "Mlin: žito & मूल", "language": "no", "date": "2026-01", "tags": ("a, b", "ł")}
BODY = "# Młyn\n\nचक्की पीसती है।\n\n---\n\nMoara macină.\n"


def parsed(text: str) -> Document:
    return parse(DocumentId("a.md"), text.encode(), detect_language=lambda _: None)


def entries(text: str) -> Mapping[str, object]:
    return read_front_matter(DocumentId("a.md"), text)[0]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "matter",
    [
        "",
        "---\n---\n",
        "---\nsource: ustno\n---\n",
        "---\ntitle: Staro\nsource: ustno\ntags: [x, y]\n...\n",
        "---\nsource: ustno\ntags:\n  - x\n  - y\ntitle: |\n  Staro\n  delo\n---\n",
        "---\n# opomba\ntags:\n- x\n\n# o viru\nsource: ustno # pravi\ndate: 1999 # staro\n---\n",
        "--- \nlanguage:\nsource: 'ust\n\n  no'\ntitle: \"a: #b\"\n---\t\n",
    ],
)
def test_entries_are_set_and_the_rest_stays(matter: str, mark: str, line_end: str) -> None:
    text = mark + (matter + BODY).replace("\n", line_end)

    written = with_front_matter(text, ENTRIES)
    document = parsed(written)

    assert document.title == "Mlin: žito & मूल"
    assert (document.language, document.date) == ("no", "2026-01")
    assert document.tags == ("a, b", "ł")
    assert document.source == parsed(text).source
    assert document.text[document.body_start :] == BODY
    assert written.endswith(BODY.replace("\n", line_end))
    assert written.startswith(mark + "---")
    assert {end for end in ("\r\n", "\n", "\r") if end in written.replace(line_end, "")} == set()
    for comment in ("# opomba", "# o viru", "# pravi"):
        assert (comment in written) == (comment in text)


def test_setting_entries_twice_is_setting_them_once() -> None:
    once = with_front_matter(BODY, ENTRIES)

    assert with_front_matter(once, ENTRIES) == once


@pytest.mark.parametrize("text", ["---\n\nMlin.\n\n---\n\nVoda.", "---\nMlin melje.", "----\nA.\n"])
def test_a_rule_at_the_top_is_no_front_matter_to_write_in(text: str) -> None:
    written = with_front_matter(text, {"title": "Mlin"})

    assert written.endswith(text)
    assert parsed(written).title == "Mlin"


@pytest.mark.parametrize(
    "matter", ["{title: a, b: c}", "title: a: b", "a: " + "[" * 5000, "title: 'a"]
)
def test_front_matter_that_is_not_one_entry_a_line_is_refused(matter: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        with_front_matter(f"---\n{matter}\n---\nMlin.", {"title": "Mlin"})


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).map(
    lambda text: unicodedata.normalize("NFC", " ".join(text.split()))
)


@given(title=LINES, tags=st.lists(LINES, max_size=3), others=st.dictionaries(LINES, LINES))
def test_any_text_is_read_as_it_was_written(
    title: str, tags: list[str], others: dict[str, str]
) -> None:
    text = with_front_matter("Mlin.", {f"x{i}": value for i, value in enumerate(others.values())})
    before = entries(text)

    written = entries(with_front_matter(text, {"title": title, "tags": tuple(tags)}))

    assert written == {**before, "title": title, "tags": tuple(tags)}
