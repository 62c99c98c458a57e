"""Which language a text is in: langdetect behind two functions."""

import unicodedata
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.domain import LanguageCode

if TYPE_CHECKING:
    from langdetect.detector_factory import DetectorFactory

# The languages kb is made for.
OWN = frozenset({"sl", "pl", "hi", "ro", "en"})

# Probabilities are shared out among the profiles loaded, so that with these five alone a Croatian
# article would surely be Slovenian and a Turkish one Romanian. Here is every other language that
# langdetect knows in Latin or Devanagari letters: 0.08 s to load, where all 55 take 0.28 s.
# fmt: off
NEIGHBOURS = frozenset({
    "af", "ca", "cs", "cy", "da", "de", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt",
    "lv", "mr", "ne", "nl", "no", "pt", "sk", "so", "sq", "sv", "sw", "tl", "tr", "vi",
})
# fmt: on
_SCRIPTS = ("LATIN ", "DEVANAGARI ")

# langdetect reports 0.99+ on any page of prose; below this a page is a mixture or a list.
_SURE = 0.9
_ENOUGH_LETTERS = 40


def document_language(text: str) -> LanguageCode | None:
    """Return the language of a whole article's text, or None when it is not certain."""
    if sum(map(str.isalpha, text)) < _ENOUGH_LETTERS:
        return None
    return _best(text, among=OWN | NEIGHBOURS, at_least=_SURE)


def question_language(text: str, among: Collection[LanguageCode] = ()) -> LanguageCode | None:
    """Return the likeliest language of a short question, taken from `among` and kb's own five.

    A question is too short to tell Slovenian from Croatian, so the neighbours are left out.
    """
    return _best(text, among=OWN | set(among), at_least=0.0)


def _best(text: str, *, among: frozenset[str], at_least: float) -> LanguageCode | None:
    from langdetect.lang_detect_exception import LangDetectException

    if not _is_in_known_script(text):
        return None  # langdetect would name one that once borrowed such letters.
    detector = _factory(among).create()
    detector.append(unicodedata.normalize("NFC", text))
    try:
        candidates = detector.get_probabilities()
    except LangDetectException:  # Nothing but addresses of web pages, say.
        return None
    if not candidates or candidates[0].prob < at_least:
        return None
    return LanguageCode(candidates[0].lang)


def _is_in_known_script(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    known = sum(unicodedata.name(letter, "").startswith(_SCRIPTS) for letter in letters)
    return 2 * known > len(letters)


@cache
def _factory(languages: frozenset[str]) -> "DetectorFactory":
    """Load the profiles of `languages` that langdetect has."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.seed = 0  # langdetect draws samples; without a seed two builds may differ.
    profiles = [Path(PROFILES_DIRECTORY) / language for language in sorted(languages)]
    factory.load_json_profile(
        [profile.read_text(encoding="utf-8") for profile in profiles if profile.is_file()]
    )
    return factory
