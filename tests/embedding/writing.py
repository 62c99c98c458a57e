"""Texts in many scripts that a tokenizer could cut in more than one way."""

import sys
import unicodedata
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from tokenizers import normalizers

from benchmarks.corpus import generate
from tests.prose import LANGUAGES

SCRIPTS = (
    "Čebelnjak na strehi šole",
    "Łódź, źdźbło, żółć",
    "ग्राहक सेवा। क्‍यों॥",
    "Școală şi țară",
    "Δημόκριτος ὈΔΥΣΣΕΎΣ ΣΑΣ Σ, Москва, مرحبا بالعالم ﷺ, 漢字かな, ภาษาไทยไม่มีช่องว่าง, 한국어",
    unicodedata.normalize("NFD", "Čaj, Żółw, Țară, ज़ाकिर"),
    "prva vrstica\r\ndruga vrstica\x85tretja\u2028četrta\x1cpeta\xa0šesta\u3000sedma",
    "İstanbul ǅ ﬁn ½ ²³ Å´¨ ẞ ’tu’ — „da”",
    "▁▁a▁b ▁ ▁. a▁",
    "[UNK] x[UNK]y[UNK][UNK], [unk]",
)
UNKNOWN_SIGNS = (
    "𓀀𓀁𓀂",
    "\u200b\ufeff",
    "\ue000",
    "👩‍👩‍👧 🇸🇮",
    "x\x00y",
    "beseda 𓀀 beseda",
    "𓀀𓀁 𓀂a𓀀",
)
WORDLESS = ("", " ", "\n\n", "\t")
LONG = ("a" * 20_000, "beseda " * 20_000, "ग्राहक " * 10_000, " ".join(map(str, range(20_000))))


def articles() -> list[str]:
    """Return the paragraphs of the example articles and of generated ones in all languages."""
    corpus = Path(__file__).parents[2] / "corpus"
    written = [path.read_text(encoding="utf-8") for path in sorted(corpus.rglob("*.md"))]
    made = [article.text for article in generate(40, seed=11, languages=LANGUAGES)]
    return [paragraph for text in [*written, *made] for paragraph in text.split("\n\n")]


@cache
def younger_than_the_library() -> frozenset[str]:
    """Return the characters that Python decomposes or reorders and tokenizers knows nothing of.

    Its tables are those of Unicode 9; what Unicode says of a character never changes later.
    """
    nfkd = normalizers.NFKD()
    characters = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    changing = (c for c in characters if unicodedata.decomposition(c) or unicodedata.combining(c))
    # A mark that is not known as one stays before a mark of a lower class.
    texts = {c: f"a{c}\u0334" for c in changing}
    return frozenset(
        c
        for c, text in texts.items()
        if nfkd.normalize_str(text) != unicodedata.normalize("NFKD", text)
    )


def any_text(max_size: int = 60) -> st.SearchStrategy[str]:
    """Return texts of any characters, more often of those that have rules of their own."""
    common = st.sampled_from(
        " \n.,-'’[]▁_aebcčłŁđĐșŞζΣςاกไ漢ᄀ한कखज़क्‍‌़ि।१\u0301\u0323\u200d🙂🏽🇸🇮\x1c\x85"
    )
    rare = st.deferred(
        lambda: st.characters(
            exclude_categories=["Cs"], exclude_characters=younger_than_the_library()
        )
    )
    return st.lists(common | rare | st.sampled_from(SCRIPTS), max_size=max_size).map("".join)
