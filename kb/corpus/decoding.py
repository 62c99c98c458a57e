"""The bytes of an article to its text: UTF-8, else what they surely are, else named and not read."""

import codecs
import unicodedata
from collections.abc import Callable

from kb.domain import DetectLanguage, DocumentId
from kb.errors import ArticleUnreadable

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_NOT_ASSIGNED = {"Cn", "Co"}  # by Unicode, or for private use: in no article
# In ISO 8859-16 the bytes of Romanian are those of the encodings that have cedillas only.
_CEDILLAS = str.maketrans("șțȘȚ", "şţŞŢ")


def decode(
    document_id: DocumentId,
    content: bytes,
    *,
    detect_language: DetectLanguage,
    prose_of: Callable[[str], str] = str,
    declared: str | None = None,
) -> str:
    """Return the text of a file: NFC, lines ending in a line feed.

    `declared` is the encoding that the file says it has, and `prose_of` takes from a text what
    its language is told by.
    Raises: `ArticleUnreadable` when the bytes are not UTF-8 and it is not certain what else.
    """
    try:
        return decode_utf8(content)
    except UnicodeDecodeError as error:
        texts = _other_texts(content, detect_language, prose_of, declared)
        if len({text.translate(_CEDILLAS) for text in texts}) == 1:
            return _composed(min(texts))  # The one with cedillas: it was the usual one.
        other = "several other encodings fit" if texts else "no other encoding surely fits"
        reason = f"not UTF-8 at byte {error.start}, and {other}; save it as UTF-8"
        raise ArticleUnreadable(document_id, reason) from None


def decode_utf8(content: bytes) -> str:
    """Return the text of a UTF-8 file as documents hold it. Raises: `UnicodeDecodeError`."""
    text = content.decode("utf-8-sig")
    if "\0" in text:
        zero = content.index(0)
        raise UnicodeDecodeError("utf-8", content, zero, zero + 1, "zero byte")
    return _composed(text)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def _other_texts(
    content: bytes,
    detect_language: DetectLanguage,
    prose_of: Callable[[str], str],
    declared: str | None,
) -> frozenset[str]:
    """Return every text that bytes which are not UTF-8 may be."""
    from kb.corpus.encodings import declared_text, likely_texts  # Most corpora have no such file.

    if mark := _UTF_16.get(content[:2]):
        return frozenset(filter(None, [_utf_16_text(content[2:], mark)]))
    if b"\0" not in content:
        text = declared and declared_text(content, declared, detect_language, prose_of)
        return frozenset({text}) if text else likely_texts(content, detect_language, prose_of)
    # Without its mark it is read both ways: the wrong one makes Chinese of anything.
    both = (_utf_16_text(content, encoding) for encoding in _UTF_16.values())
    return frozenset(text for text in both if text and all(map(_is_of_our_scripts, set(text))))


def _is_of_our_scripts(character: str) -> bool:
    is_latin_or_devanagari = character < "\u0250" or "\u0900" <= character < "\u0980"
    return is_latin_or_devanagari or not character.isalpha()


def _utf_16_text(content: bytes, encoding: str) -> str | None:
    from kb.corpus.encodings import decoded

    text = decoded(content, encoding)
    if text is None or any(unicodedata.category(letter) in _NOT_ASSIGNED for letter in set(text)):
        return None
    return text
