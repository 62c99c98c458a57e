from pathlib import Path

from training.sources.pages import Block, text_blocks


def blocks(tmp_path: Path, page: str) -> list[Block]:
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    return text_blocks(path)


def test_inline_mark_up_stays_inside_its_sentence(tmp_path: Path) -> None:
    assert blocks(tmp_path, "<div><p>Press <key>F1</key>\n or <b>Help</b>.</p></div>") == [
        Block(("div", "p"), "Press F1 or Help.")
    ]


def test_element_closes_what_html_left_open_inside_it(tmp_path: Path) -> None:
    assert blocks(tmp_path, "<ul><li>One<li>Two</ul>Three<hr/>Four") == [
        Block(("ul", "li"), "One"),
        Block(("ul", "li", "li"), "Two"),
        Block((), "Three"),
        Block((), "Four"),
    ]


def test_code_and_navigation_are_no_prose(tmp_path: Path) -> None:
    page = '<pre>make all</pre><div class="navheader"><p>Next</p></div><p>Read on.</p>'

    assert blocks(tmp_path, page) == [Block(("p",), "Read on.")]
