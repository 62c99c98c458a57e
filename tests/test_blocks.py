import string
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.blocks import Block, BlockKind, blocks_of
from tests.prose import HEADINGS, LANGUAGES, SENTENCES, SHARE_PROMPTS, paragraph

HEADING, PARAGRAPH, ITEM = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM
ROW, RULE, CODE, NOISE = BlockKind.ROW, BlockKind.RULE, BlockKind.CODE, BlockKind.NOISE

_LINES = st.sampled_from(
    [
        *("", "  ", "# Naslov", "### गेहूँ ##", "===", "---", "> citat", ">", "```", "~~~ sh", "🙂"),
        *("Kratka vrstica", "To je poved, ki se konča s piko.", "यह वाक्य दंड से समाप्त होता है।"),
        *("rząd słów bez końca, który mógłby zostać zawinięty", "5. julija smo zaprli.", "- punct"),
        *("  * ठीक", "12. Zadnji", "| a | b |", "a | b", "|---|---|", "Kategorija:", "[A](a.md)"),
        *("Click to Tweet", "Mlin melje. Kliknite za Tweet", "Preberite tudi"),
    ]
)
_TEXTS = st.lists(
    _LINES | st.text(string.printable + "ščłșकि।\u200d", max_size=40), max_size=14
).map("\n".join)


def _read(text: str, *, find_headings: bool = True) -> list[tuple[BlockKind, str]]:
    blocks = blocks_of(text, find_headings=find_headings)
    return [(block.kind, text[slice(*block.content)]) for block in blocks]


def _kinds(text: str) -> list[BlockKind]:
    return [kind for kind, _ in _read(text)]


def _headings(text: str) -> list[str]:
    return [content for kind, content in _read(text) if kind is HEADING]


def _only(text: str) -> Block:
    (block,) = blocks_of(text, find_headings=False)
    return block


@given(text=_TEXTS, find_headings=st.booleans())
@settings(max_examples=300)
def test_blocks_stand_in_order_inside_the_text_without_outer_space(
    text: str, find_headings: bool
) -> None:
    last_end = 0
    for block in blocks_of(text, find_headings=find_headings):
        assert last_end <= block.start <= block.content_start < block.end <= len(text)
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        last_end = block.end


@given(text=_TEXTS, find_headings=st.booleans())
@settings(max_examples=300)
def test_every_letter_and_digit_is_in_exactly_one_block(text: str, find_headings: bool) -> None:
    blocks = blocks_of(text, find_headings=find_headings)

    places = [i for block in blocks for i in range(block.start, block.end) if text[i].isalnum()]

    assert places == [i for i, character in enumerate(text) if character.isalnum()]


@given(text=_TEXTS, cut=st.integers(0, 60))
def test_blocks_before_the_start_are_not_read(text: str, cut: int) -> None:
    blocks = blocks_of("x" * cut + "\n" + text, start=cut + 1)

    assert [(block.kind, block.start - cut - 1, block.end - cut - 1) for block in blocks] == [
        (block.kind, block.start, block.end) for block in blocks_of(text)
    ]


@pytest.mark.parametrize("level", range(1, 7))
@pytest.mark.parametrize("closing", ["", " #", " ###  "])
def test_a_marked_heading_has_its_level_and_no_marks(level: int, closing: str) -> None:
    text = f"{'#' * level}  C# in žito{closing}"

    block = _only(text)

    assert (block.kind, block.level) == (HEADING, level)
    assert text[slice(*block.content)] == "C# in žito"


@pytest.mark.parametrize("line", ["#žito", "####### sedem", "#", r"\# žito"])
def test_a_hash_that_marks_no_heading_stays_in_the_text(line: str) -> None:
    assert HEADING not in _kinds(line)


@pytest.mark.parametrize(("underline", "level"), [("===", 1), ("=", 1), ("---", 2), ("--", 2)])
def test_a_line_may_be_made_a_heading_by_the_one_below(underline: str, level: int) -> None:
    heading, body = blocks_of(f"Stari mlin\n{underline}\nMlin melje ajdo.")

    assert (heading.kind, heading.level, body.kind) == (HEADING, level, PARAGRAPH)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sentences", [1, 4])
def test_dashes_right_below_prose_do_not_make_it_a_heading(language: str, sentences: int) -> None:
    text = f"{paragraph(language, sentences=sentences)}\n---\n{SENTENCES[language][4]}"

    assert _kinds(text) == [PARAGRAPH, NOISE, PARAGRAPH]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_headings_are_found_in_text_without_marks(language: str, gap: str) -> None:
    first, second, third = HEADINGS[language]
    body = paragraph(language)

    text = gap.join([first, body, second, body, body, f"2. {third}", body])

    assert _headings(text) == [first, second, third]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [50, 72, 100])
def test_wrapped_prose_is_one_block_per_paragraph(language: str, width: int) -> None:
    heading = HEADINGS[language][0]
    wrapped = textwrap.fill(paragraph(language), width)

    blocks = _read(f"{heading}\n\n{wrapped}\n\n{wrapped}\n")

    assert blocks == [(HEADING, heading), (PARAGRAPH, wrapped), (PARAGRAPH, wrapped)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("long_line", ["unwrapped", "address"])
def test_a_long_line_elsewhere_does_not_tear_wrapped_prose(language: str, long_line: str) -> None:
    wrapped = textwrap.fill(paragraph(language), 70)
    address = f"https://example.com/{'a' * 90}"
    other = paragraph(language) if long_line == "unwrapped" else address

    blocks = _read(f"{other}\n\n{wrapped}\n\n{other}\n\n{SENTENCES[language][0]}")

    assert [kind for kind, _ in blocks].count(HEADING) == 0
    assert blocks[1] == (PARAGRAPH, wrapped)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_on_lines_of_their_own_are_not_headings(language: str) -> None:
    lines = [sentence for sentence in SENTENCES[language] if not sentence.endswith("?")]

    assert set(_kinds("\n\n".join(lines * 2))) == {PARAGRAPH}


@pytest.mark.parametrize(
    "line",
    [
        "beseda " * 15,
        "zelo" * 30,
        "Vstopnina znaša:",
        "Mlin, žaga,",
        "2026 – 31",
        "🙂 … 🙂",
        "»Mlin melje.«",
        "**दाना पिसता है।**",
        "Młyn miele. 🙂",
        "Moara macină! 👩🏽‍🌾",
    ],
)
def test_a_line_that_does_not_look_like_a_heading_is_none(line: str) -> None:
    text = f"{paragraph('sl')}\n\n{line.strip()}\n\n{paragraph('sl')}\n\n{paragraph('sl')}"

    assert _headings(text) == []


def test_the_last_line_is_no_heading_because_nothing_stands_under_it() -> None:
    assert _headings(f"{paragraph('sl')}\n\n{paragraph('sl')}\n\nVaš mlinar") == []


@pytest.mark.parametrize(
    "lines",
    [
        ("Mlin Čuček d. o. o.", "Ob reki 5", "4270 Jesenice"),
        ("Młyn Źrebiec", "ul. Wodna 5", "00-950 Warszawa"),
        ("पुरानी चक्की", "नदी मार्ग ५", "जयपुर"),
    ],
    ids=["sl", "pl", "hi"],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_the_lines_of_an_address_are_not_headings(lines: tuple[str, ...], gap: str) -> None:
    text = gap.join([paragraph("sl"), "\n".join(lines), *[paragraph("sl")] * 4])

    assert _headings(text) == []


def test_the_title_may_touch_the_line_under_it() -> None:
    text = f"Stari mlin\nPovest v treh delih\n{paragraph('sl')}\nVoda\n{paragraph('sl')}"

    assert _headings(text) == ["Stari mlin", "Voda"]


def test_a_longer_line_above_a_list_announces_it_and_is_no_heading() -> None:
    body, items = paragraph("sl"), "- vodo\n- čelado\n- denar"
    text = f"{body}\n\nKaj vzeti s seboj\n\n{items}\n\n{body}\n\nNa ogled mlina vedno prinesite s seboj"

    assert _headings(f"{text}\n\n{items}\n\n{body}") == ["Kaj vzeti s seboj"]


def test_text_that_is_all_short_lines_has_no_headings() -> None:
    assert _headings("Dober dan\n\nMlin stoji\n\nKamen počiva\n\nNasvidenje\n") == []


def test_where_headings_are_marked_short_lines_are_text() -> None:
    text = f"# Mlin\n\nKratka vrstica\n\n{paragraph('sl')}\n\n## Voda\n\n{paragraph('sl')}"

    assert _headings(text) == ["Mlin", "Voda"]


@pytest.mark.parametrize(
    "line",
    [
        "5. julija smo odprli mlin.",
        "5. 7. 2026 smo odprli mlin.",
        "31. 12. 2026 bo mlin zaprt.",
        "3. maja otwieramy młyn.",
        "1. iunie este ziua copiilor.",
        "2026. leta bo mlin star 95 let.",
        "+386 1 234 56 78",
        "-5 stopinj je bilo zjutraj.",
        "*Mlin* melje.",
        "3.5 kg moke.",
    ],
)
def test_a_line_that_begins_like_a_list_item_may_be_none(line: str) -> None:
    assert _only(line).kind is PARAGRAPH
    assert _only(line).content_start == 0


@pytest.mark.parametrize("marker", ["-", "*", "+", "•", "◦", "–", "1.", "12)", "१.", "  3."])
@pytest.mark.parametrize("language", LANGUAGES)
def test_content_of_a_list_item_begins_after_its_marker(marker: str, language: str) -> None:
    sentence = SENTENCES[language][0]
    text = f"{marker} {sentence}"

    block = _only(text)

    assert block.kind is ITEM
    assert text[slice(*block.content)] == sentence
    assert text[block.start : block.end] == text.strip()


def test_items_of_a_numbered_list_may_begin_in_lower_case_after_the_first() -> None:
    assert _kinds("1. Odprite zapornico.\n2. preverite vodo.\n3. 25 vreč naložite.") == [ITEM] * 3


def test_a_number_at_the_start_of_a_wrapped_line_is_no_list_item() -> None:
    text = "Na mlinarskem tečaju je bilo letos vpisanih\n15. Vsi so ga končali v enem samem dnevu."

    assert _read(text) == [(PARAGRAPH, text)]


def test_a_line_that_goes_on_in_lower_case_continues_the_one_above_however_short() -> None:
    text = "Mlin\nstoji ob reki.\n\n- " + paragraph("sl") + "\n- Voda"

    assert _read(text)[0] == (PARAGRAPH, "Mlin\nstoji ob reki.")


def test_a_list_item_goes_on_in_the_line_below() -> None:
    assert _read("- zapornico dvigne mlinar\n  vsako jutro ob šestih\n- vodo preveri") == [
        (ITEM, "zapornico dvigne mlinar\n  vsako jutro ob šestih"),
        (ITEM, "vodo preveri"),
    ]


def test_rows_of_a_table_are_blocks_and_its_rule_is_none_of_them() -> None:
    text = "| Žito | Vreče |\n|:---|---:|\n| ajda | 8 |\n| गेहूँ | १२ |"

    assert _kinds(text) == [ROW, RULE, ROW, ROW]


def test_rows_of_a_table_need_no_outer_pipes() -> None:
    text = f"{paragraph('sl')}\n\nŽito | Vreče\n--- | ---\najda | 8\npira | 12\n\nMlin melje."

    assert _kinds(text) == [PARAGRAPH, ROW, RULE, ROW, ROW, PARAGRAPH]


def test_what_stands_between_fences_is_code_and_not_markup() -> None:
    text = "Zaženite:\n\n```sh\n# priprava\n- m\n\n---\n```\n\n# Naslov"

    assert _read(text) == [
        (PARAGRAPH, "Zaženite:"),
        (RULE, "```sh"),
        (CODE, "# priprava"),
        (CODE, "- m"),
        (CODE, "---"),
        (RULE, "```"),
        (HEADING, "Naslov"),
    ]


def test_code_ends_at_a_fence_like_the_one_that_opened_it() -> None:
    assert _kinds("~~~\n```\n# m\n~~~\n# Mlin") == [RULE, CODE, CODE, RULE, HEADING]


def test_a_lone_fence_does_not_swallow_the_rest() -> None:
    assert _kinds("Mlin melje.\n\n```\n\n## Voda\n\nVoda teče.") == [
        PARAGRAPH,
        RULE,
        HEADING,
        PARAGRAPH,
    ]


@pytest.mark.parametrize("rule", ["---", "***", "_ _ _", "* * *", "-----------"])
def test_a_horizontal_rule_is_noise(rule: str) -> None:
    assert _kinds(f"Mlin melje.\n\n{rule}\n\nVoda teče.") == [PARAGRAPH, NOISE, PARAGRAPH]


def test_a_quoted_paragraph_is_read_without_its_mark() -> None:
    assert _read("> Mlin melje.\n>  \n> > Voda teče.\n>\x0b") == [
        (PARAGRAPH, "Mlin melje."),
        (PARAGRAPH, "Voda teče."),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_of_contents_is_noise(language: str) -> None:
    first, second, _ = HEADINGS[language]
    body = paragraph(language)

    text = (
        f"# M\n\n- {first.upper()}\n- {second} 🙂\n\n## {first}\n\n{body}\n\n## {second}\n\n{body}"
    )

    assert _kinds(text) == [HEADING, NOISE, NOISE, HEADING, PARAGRAPH, HEADING, PARAGRAPH]


@pytest.mark.parametrize(
    "heading", ["Priporočeni članki", "Szybkie linki", "यह भी पढ़ें", "Articole similare", "Read also"]
)
@pytest.mark.parametrize("mark", ["## ", ""])
def test_items_under_a_heading_of_links_are_noise_and_its_prose_is_not(
    heading: str, mark: str
) -> None:
    body = paragraph("sl")
    text = f"{body}\n\n{mark}{heading}\n\n{body}\n\n- Mlini sveta\n- Voda\n\n{mark}Žetev\n\n{body}"

    assert _kinds(text) == [PARAGRAPH, HEADING, PARAGRAPH, NOISE, NOISE, HEADING, PARAGRAPH]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shared_quote_that_repeats_the_text_is_noise(language: str) -> None:
    body = paragraph(language)
    line = f"{SENTENCES[language][2]} {SHARE_PROMPTS[language][0]}"

    assert _read(f"{body}\n\n{line}\n\n{body}")[1] == (NOISE, line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shared_quote_that_stands_nowhere_else_stays_without_its_prompt(language: str) -> None:
    quote, prompt = SENTENCES[language][2], SHARE_PROMPTS[language][0]
    line = f"{quote} {prompt}"

    # Twice: neither of them is the text that the other repeats.
    blocks = _read(f"{line}\n\n{line}\n\n{SENTENCES[language][0]}")

    assert blocks[:4] == [(PARAGRAPH, quote), (NOISE, prompt)] * 2


def test_a_last_label_with_nothing_after_it_is_noise() -> None:
    assert _kinds("Mlin melje.\n\nKategorija:") == [PARAGRAPH, NOISE]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_last_paragraph_that_ends_in_a_colon_is_text(language: str) -> None:
    assert _kinds(f"{paragraph(language)[:-1]}:") == [PARAGRAPH]


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_text_known_to_be_body_nothing_is_a_heading_or_noise(language: str) -> None:
    lines = [
        HEADINGS[language][0],
        SENTENCES[language][0],
        SHARE_PROMPTS[language][0],
        "Kategorija:",
    ]
    text = "\n\n".join(lines)

    assert _read(text, find_headings=False) == [(PARAGRAPH, line) for line in lines]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_that_begins_inside_a_wrapped_line_goes_on_in_the_next(language: str) -> None:
    wrapped = textwrap.fill(paragraph(language), 70)
    rest = wrapped[wrapped.index("\n") - 5 :].strip()

    assert _read(rest, find_headings=False) == [(PARAGRAPH, rest)]
