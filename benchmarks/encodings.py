"""Files in ten encodings read right, refused and read wrong: `kb` and the detectors alone.

    .venv-dev/bin/pip install -r benchmarks/requirements.txt
    .venv-dev/bin/python -m benchmarks.encodings

The files are those of tests/encoding_table.py: lines, paragraphs and articles of five languages
in each encoding that can hold them. A detector has no refusal but its own "none".
"""

from collections import Counter
from collections.abc import Callable

import chardet
from charset_normalizer import from_bytes

from kb.corpus import decode
from kb.domain import DocumentId
from kb.errors import ArticleUnreadable
from kb.language import document_language
from tests.encoding_table import ENCODINGS, encoded_files, is_read_right

Read = Callable[[bytes], str | None]
LANGUAGES = ("sl", "pl", "hi", "ro", "en")
_OURS = ("utf-8", "utf-16-le", "utf-16-be", "cp1250", "iso8859-2", "iso8859-16", "cp1252")


def by_kb(content: bytes) -> str | None:
    try:
        return decode(DocumentId("a.md"), content, detect_language=document_language)
    except ArticleUnreadable:
        return None


def by_chardet(content: bytes) -> str | None:
    """Return what chardet reads when it is told which encodings may come."""
    found = chardet.detect(content, include_encodings=_OURS)["encoding"]
    return content.decode(found, "replace").removeprefix("\ufeff") if found else None


def by_charset_normalizer(content: bytes) -> str | None:
    found = from_bytes(content, cp_isolation=[*_OURS, "utf-16"]).best()
    return str(found).removeprefix("\ufeff") if found else None


def outcome(read: str | None, written: str) -> str:
    if read is None:
        return "refused"
    return "right" if is_read_right(read, written) else "wrong"


def count(read: Read) -> dict[tuple[str, str], Counter[str]]:
    """Return the outcomes by encoding and language."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for file in encoded_files():
        cell = counts.setdefault((file.encoding, file.language), Counter())
        cell[outcome(read(file.content), file.text)] += 1
    return counts


def cell(counts: Counter[str] | None) -> str:
    if counts is None:
        return "–"
    return " / ".join(str(counts[kind]) for kind in ("right", "refused", "wrong"))


if __name__ == "__main__":
    table = count(by_kb)
    print(f"| | {' | '.join(LANGUAGES)} |")
    print("|---|" + "---|" * len(LANGUAGES))
    for encoding in ENCODINGS:
        cells = (cell(table.get((encoding, language))) for language in LANGUAGES)
        print(f"| {encoding} | {' | '.join(cells)} |")
    print()
    readers: dict[str, Read] = {
        "kb": by_kb,
        f"chardet {chardet.__version__}": by_chardet,
        "charset-normalizer": by_charset_normalizer,
    }
    for name, read in readers.items():
        total = sum(count(read).values(), Counter[str]())
        print(f"| {name} | {cell(total)} |")
