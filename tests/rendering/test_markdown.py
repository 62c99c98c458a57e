"""Markdown says the same in a CommonMark parser as the answer does, whatever letters are in it."""

from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from kb.domain import Answer
from kb.rendering.markdown import answers_to_markdown
from tests.answers import ABSTENTION, ASKED_AT, THREE_SOURCES, WELL, answer, locate, passage

# What GitHub reads, apart from bare links, which show their own text.
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

HOSTILE = [
    "a | b",
    "*bold* and _this_ and __that__",
    "[link](https://a.si) ![image](x.png) [x] [^1]",
    "`code` ``more`` ```",
    "<b>tag</b> <script> <!-- no --> <https://a.si>",
    "1. first",
    "2026) last",
    "1234567890. long",
    "- dash",
    "+ plus",
    "* star",
    "--- rule",
    "===",
    "# heading #",
    "> quote",
    "~~gone~~ ~~~",
    "$x^2$ $$y$$",
    "&amp; &lt; &#35; &copy",
    "back\\slash \\* \\",
    "bang!",
    ": definition",
    "|---|",
    "| a | b |\n|---|---|\n| c | d |",
    "{curly} @someone #12",
    "    code",
    "line\nbreak\n\n- in it",
    "first\n===\nsecond\n---",
    "tab\tand\u00a0space",
    "ends with two spaces  \nhere",
    "कि०॥ łŁ șţ 👩🏽‍💻 c\u030c",
    "https://www.a.si/x?y=1&z=2 me@a.si",
]

FRAGMENTS = st.sampled_from(
    [
        *"|*[]`<>#_~$&\\!-+=:.)(\"'@{}^%/01 \n\t",
        *(
            "a",
            "č",
            "ł",
            "ș",
            "कि",
            "।",
            "😀",
            "12.",
            "3)",
            "- ",
            "> ",
            "    ",
            "```",
            "~~~",
            "---",
        ),
        *(
            "===",
            "&amp;",
            "<b>",
            "](",
            "![",
            "**",
            "\\",
            "||",
            "|-|",
            "\n\n",
            "\n- ",
            "\n1. ",
            "<!--",
        ),
    ]
)
TEXTS = st.lists(FRAGMENTS, min_size=1, max_size=12).map("".join).map(str.strip).filter(bool)


def spaced(text: str) -> str:
    """Return `text` with single spaces, as Markdown shows white space."""
    return " ".join(text.split())


def parse(markdown: str) -> tuple[dict[str, object], list[SyntaxTreeNode]]:
    """Return the front matter and the blocks after it."""
    _, matter, body = markdown.split("---\n", maxsplit=2)
    return yaml.safe_load(matter), SyntaxTreeNode(PARSER.parse(body)).children


def shown(node: SyntaxTreeNode) -> str:
    """Return the text of a block; nothing but plain text, line ends and code may be in it."""
    assert {inner.type for inner in node.walk()} <= {
        *("paragraph", "heading", "blockquote", "list_item", "bullet_list", "inline"),
        *("text", "softbreak", "code_inline"),
    }
    return spaced(" ".join(text_of(inner) for inner in node.walk() if inner.type == "inline"))


def text_of(inline: SyntaxTreeNode) -> str:
    return "".join(" " if part.type == "softbreak" else part.content for part in inline.children)


def sources(blocks: list[SyntaxTreeNode]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the head of each source and its quotes, each with its path and lines."""
    (ordered,) = (block for block in blocks if block.type == "ordered_list")
    for item in ordered.children:
        head, *rest = item.children
        places, quotes = rest[::2], rest[1::2]
        assert {place.type for place in places} <= {"paragraph"}
        assert {quote.type for quote in quotes} <= {"blockquote"}
        pairs = zip(places, quotes, strict=True)
        yield shown(head), [(shown(place), shown(quote)) for place, quote in pairs]


def check_answer(given_answer: Answer) -> None:
    """Assert that a parser finds in the Markdown what stands in an answer with one source."""
    _, blocks = parse(answers_to_markdown([given_answer], locate))
    (citation,) = given_answer.citations

    assert [block.type for block in blocks] == ["heading", "bullet_list", "heading", "ordered_list"]
    question, quotes, title, _ = blocks
    assert (question.tag, shown(question)) == ("h1", spaced(given_answer.question))
    assert [shown(item) for item in quotes.children] == [
        f"{spaced(quote.text)} [{quote.citation}]" for quote in given_answer.quotes
    ]
    assert (title.tag, shown(title)) == ("h2", "Sources")
    ((head, quoted),) = sources(blocks)
    assert head == spaced(f"{citation.passage.title} ({citation.passage.language})")
    assert [quote for _, quote in quoted] == [spaced(quote.text) for quote in given_answer.quotes]
    path = spaced(locate(citation.passage.document_id))
    assert all(place.startswith(f"{path}, line") for place, _ in quoted)


# Texts


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(text: str) -> None:
    source = passage(f"Prej. {text}", title=text, document=f"{text}.md")

    check_answer(answer(text, (source, (text,))))


@settings(max_examples=300)
@given(question=TEXTS, title=TEXTS, path=TEXTS, quote=TEXTS)
def test_any_text_stays_text(question: str, title: str, path: str, quote: str) -> None:
    source = passage(f"Prej. {quote} Potem.", title=title, document=f"{path}.md")

    check_answer(answer(question, (source, (quote,))))


@pytest.mark.parametrize("path", ["a`b.md", "``.md", "` `.md", " x.md ", "a  b.md", "`", "a.md`"])
def test_a_path_is_shown_letter_by_letter(path: str) -> None:
    source = passage("Voda je mrzla.", document=path)

    _, blocks = parse(answers_to_markdown([answer("Kje?", (source, (source.text,)))], str))

    (code,) = (n for block in blocks for n in block.walk() if n.type == "code_inline")
    assert code.content == path


def test_a_language_can_break_nothing_and_may_be_unknown() -> None:
    odd = passage("Voda je mrzla.", language="](")

    _, blocks = parse(
        answers_to_markdown([answer("Kje?", (odd, (odd.text,)), (WELL, (WELL.text,)))], locate)
    )

    heads = [head for head, _ in sources(blocks)]
    assert heads == [
        "Jezero Globoko (]()",
        "1. Fântâni & izvoare <vechi> (unknown language)",
    ]


@pytest.mark.parametrize("mark", ["\x00", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\u2066"])
def test_what_a_viewer_would_obey_is_shown_as_a_replacement(mark: str) -> None:
    text = f"Voda {mark}teče."
    source = passage(text, title=text, document=f"{mark}.md", headings=(text,), language=mark)

    markdown = answers_to_markdown([answer(text, (source, (text,)))], locate)

    assert mark not in markdown
    assert "Voda \ufffdteče." in markdown


# Structure


def test_each_quote_stands_under_its_source_with_its_lines() -> None:
    _, blocks = parse(answers_to_markdown([THREE_SOURCES], locate))

    assert list(sources(blocks)) == [
        (
            "Jezero Globoko (sl)",
            [
                ("my articles/sl/jezero.md, line 7:", "Jezero Globoko meri 41 metrov."),
                ("my articles/sl/jezero.md, line 8:", "Zamrzne le vsako tretjo zimo."),
            ],
        ),
        ("पहाड़ी झरना (hi)", [("my articles/hi/झरना.md, line 5:", "उसका पानी 11 डिग्री का रहता है।")]),
        (
            "1. Fântâni & izvoare <vechi> (unknown language)",
            [
                (
                    "my articles/ro/fântâni [vechi].txt, line 1:",
                    "Fântâna are 1.000 de lei pe an cheltuieli.",
                )
            ],
        ),
    ]


@pytest.mark.parametrize("count", [1, 9, 10, 11, 100])
def test_any_number_of_sources_keeps_its_quotes(count: int) -> None:
    cited = [passage(f"Voda {number}.", document=f"{number}.md") for number in range(count)]

    _, blocks = parse(
        answers_to_markdown([answer("Kje?", *((one, (one.text,)) for one in cited))], locate)
    )

    assert [quotes for _, quotes in sources(blocks)] == [
        [(f"my articles/{number}.md, line 7:", f"Voda {number}.")] for number in range(count)
    ]


def test_a_title_without_letters_keeps_its_source_together() -> None:
    source = passage("Voda je mrzla.", title=" \t")

    _, blocks = parse(answers_to_markdown([answer("Kje?", (source, (source.text,)))], locate))

    assert [head for head, _ in sources(blocks)] == ["(sl)"]


def test_an_abstention_says_so_under_its_question() -> None:
    _, blocks = parse(answers_to_markdown([ABSTENTION], locate))

    assert [shown(block) for block in blocks] == [
        "Kdo je predsednik?",
        "Not in your articles: no passage in hi, sl is close enough to answer this.",
    ]


def test_several_answers_follow_each_other_in_one_document() -> None:
    matter, blocks = parse(answers_to_markdown([THREE_SOURCES, ABSTENTION], locate))

    headings = [shown(block) for block in blocks if block.tag == "h1"]
    assert headings == [THREE_SOURCES.question, ABSTENTION.question]
    facts = matter["answers"]
    assert isinstance(facts, list)
    assert [fact["question"] for fact in facts] == headings
    assert [fact["generation"] for fact in facts] == [3, 12]


# Front matter


@settings(max_examples=300)
@given(question=TEXTS | st.text(), model=TEXTS | st.text(min_size=1))
def test_the_front_matter_gives_back_every_fact(question: str, model: str) -> None:
    markdown = answers_to_markdown([answer(question, model=model, generation=41)], locate)

    matter, _ = parse(markdown)

    assert matter == {"question": question, "date": ASKED_AT, "model": model, "generation": 41}


@pytest.mark.parametrize("question", ["---", "no", "2026-03-14", "'", '"', "\x85\ufeff\uffff\x00"])
def test_a_question_that_yaml_would_take_for_something_else_stays_text(question: str) -> None:
    matter, _ = parse(answers_to_markdown([answer(question)], locate))

    assert matter["question"] == question
