"""Files with translations to (language, English, translation), one reader per format."""

import json
import re
import xml.etree.ElementTree as ET
from ast import literal_eval
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from training.sources.pages import text_blocks
from training.sources.resource_packs import chromium_texts, qt_files

Translation = tuple[str, str, str]
_Key = TypeVar("_Key")

NAMES = {
    "sl": ("sl", "sl_SI", "sl-SI"),
    "pl": ("pl", "pl_PL", "pl-PL"),
    "hi": ("hi", "hi_IN", "hi-IN"),
    "ro": ("ro", "ro_RO", "ro-RO"),
}
"""How packages write the languages."""


def read_gettext(folder: Path) -> Iterator[Translation]:
    """Read message catalogues (.po), whose path names the language."""
    for path in sorted(folder.rglob("*.po")):
        words = {*path.relative_to(folder).parts, *path.stem.split(".")}
        for language, names in NAMES.items():
            if words.intersection(names):
                yield from ((language, *pair) for pair in _messages(path))


def _messages(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what a .po file translates; fuzzy and obsolete entries are left out."""
    for entry in re.split(r"\n\s*\n", path.read_text(encoding="utf-8", errors="replace")):
        if not re.search(r"^#,.*\bfuzzy\b", entry, re.MULTILINE):
            fields: dict[str, str] = {}
            field = ""
            for line in _PO_LINE.finditer(entry):
                field = line["field"] or field
                fields[field] = fields.get(field, "") + literal_eval(line["text"])
            if fields.get("msgid"):
                yield fields["msgid"], fields.get("msgstr") or fields.get("msgstr[0]", "")


_PO_LINE = re.compile(r'^(?:(?P<field>msg\S+)\s+)?(?P<text>"(?:[^"\\\n]|\\.)*")\s*$', re.MULTILINE)


def read_chromium(folder: Path) -> Iterator[Translation]:
    """Read the browser's resource packs, which share the numbers of their messages."""
    for language, english, other in _twins(folder, ".pak", "en-US"):
        yield from _joined(language, chromium_texts(english), chromium_texts(other))


def read_android(folder: Path) -> Iterator[Translation]:
    """Read string resources: values/strings.xml and values-LANGUAGE/strings.xml."""
    for language, english, other in _twins(folder, ".xml", "values", "values-{}"):
        yield from _joined(language, _android_strings(english), _android_strings(other))


def _android_strings(path: Path) -> dict[str, str]:
    root = ET.parse(path).getroot()  # noqa: S314 -- from a package whose signature apt checked
    return {
        element.get("name", ""): _ANDROID_ESCAPE.sub(_unescaped, "".join(element.itertext()))
        for element in root.iter("string")
    }


_ANDROID_ESCAPE = re.compile(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|(?P<letter>.))|\"", re.DOTALL)


def _unescaped(escape: re.Match[str]) -> str:
    """Return the character that is meant; a bare quotation mark only keeps spaces."""
    if escape["code"]:
        return chr(int(escape["code"], 16))
    return {"n": " ", "t": " "}.get(escape["letter"], escape["letter"] or "")


def read_json(folder: Path) -> Iterator[Translation]:
    """Read message files in JSON, one per language."""
    for english_name, form in (("en", "{}"), ("en-US", "{}"), ("en.min", "{}.min")):
        for language, english, other in _twins(folder, ".json", english_name, form):
            yield from _joined(language, _leaves(english), _leaves(other))


def _leaves(path: Path) -> dict[str, str]:
    """Return the strings of a message file by their place in it."""

    def walk(value: object, at: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, f"{at}/{key}")
        elif isinstance(value, str):
            yield at, value

    messages = json.loads(path.read_text(encoding="utf-8"))
    # Some put everything under the name of the language.
    return dict(walk(messages.get(path.name.split(".")[0], messages), ""))


def read_properties(folder: Path) -> Iterator[Translation]:
    """Read Java's message files: messagebundle.properties and messagebundle_LANGUAGE.properties."""
    for language, english, other in _twins(
        folder, ".properties", "messagebundle", "messagebundle_{}"
    ):
        yield from _joined(language, _properties(english), _properties(other))


def _properties(path: Path) -> dict[str, str]:
    lines = re.sub(r"\\\r?\n[ \t]*", "", path.read_text(encoding="utf-8"))
    return {
        match["key"]: _ANDROID_ESCAPE.sub(_unescaped, match["text"]).replace("''", "'")
        for match in _PROPERTY.finditer(lines)
    }


_PROPERTY = re.compile(
    r"^[ \t]*(?P<key>[^#!\s=:][^\s=:]*)[ \t]*[=:][ \t]*(?P<text>.*)$", re.MULTILINE
)


def read_place_names(folder: Path) -> Iterator[Translation]:
    """Read what GeoNames calls each place in Devanagari, Hindi and its neighbours alike."""
    for path in sorted(folder.rglob("cities*.json")):
        for city in json.loads(path.read_text(encoding="utf-8")).values():
            for name in city["alternatenames"]:
                if _DEVANAGARI_NAME.fullmatch(name):
                    yield "hi", city["name"], name


# Names in Nepali spell out a final consonant.
_DEVANAGARI_NAME = re.compile(r"[\u0900-\u0963 -]*[\u0900-\u094c\u0958-\u0963]")


def read_district_names(folder: Path) -> Iterator[Translation]:
    """Read India's states and districts: records with `en_name` and `hi_name`."""
    for path in sorted(folder.rglob("*.json")):
        for place in json.loads(path.read_text(encoding="utf-8")):
            yield "hi", place["en_name"], place["hi_name"]


def read_pages(folder: Path) -> Iterator[Translation]:
    """Read manuals in HTML, Mallard or DocBook, block by block."""
    for suffix in (".html", ".page", ".docbook"):
        for english_name in ("C", "en", "en-US"):
            yield from _pages(_twins(folder, suffix, english_name))


def read_error_pages(folder: Path) -> Iterator[Translation]:
    """Read Squid's error pages, HTML whose names have no ending."""
    yield from _pages(_twins(folder, "", "en"))


def _pages(twins: Iterable[tuple[str, Path, Path]]) -> Iterator[Translation]:
    """Yield the blocks of pages.

    A translated page has the mark-up of the English one; pages that differ in it are left out.
    """
    for language, english, other in twins:
        blocks, translated = text_blocks(english), text_blocks(other)
        if [block.path for block in blocks] == [block.path for block in translated]:
            for block, translation in zip(blocks, translated, strict=True):
                if not _ENTITY.search(block.text + translation.text):
                    yield language, block.text, translation.text


# A name that the manual defines elsewhere, and that a translated page often spells out.
_ENTITY = re.compile(r"&[A-Za-z][\w.-]*;")


def read_stamps(folder: Path) -> Iterator[Translation]:
    """Read Tux Paint's descriptions of pictures: English first, then `sl.utf8=...` lines."""
    for path in sorted(folder.rglob("*.txt")):
        english, *lines = path.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
        others = dict(line.split(".utf8=", 1) for line in lines if ".utf8=" in line)
        yield from ((code, english, others[code]) for code in NAMES if code in others)


def read_dialogues(folder: Path) -> Iterator[Translation]:
    """Read what the fish say in Fish Fillets: `dialogId(name, font, English)`, `dialogStr(...)`."""
    for path in sorted(folder.rglob("dialogs_*.lua")):
        language = path.stem.removeprefix("dialogs_")
        if language in NAMES:
            for match in _DIALOGUE.finditer(path.read_text(encoding="utf-8", errors="replace")):
                yield language, match["english"], match["translation"]


_DIALOGUE = re.compile(
    r'dialogId\("[^"]+", "[^"]+", "(?P<english>[^"]+)"\)\s*dialogStr\("(?P<translation>[^"]+)"\)'
)


def read_gcompris_words(folder: Path) -> Iterator[Translation]:
    """Read the words that GCompris teaches: one JSON file per language, keyed by picture."""
    for path in sorted(folder.rglob("*.rcc")):
        words = {
            name.removeprefix("content-").removesuffix(".json"): json.loads(content)
            for name, content in qt_files(path)
            if name.startswith("content-")
        }
        for language in NAMES.keys() & words.keys():
            yield from _joined(language, words["en"], words[language])


def read_openttd(folder: Path) -> Iterator[Translation]:
    """Read OpenTTD's language files: `STR_NAME :text`, the language's name as the file's."""
    files = {path.stem: path for path in folder.rglob("*.txt")}
    for name, language in _OPENTTD_NAMES.items():
        yield from _joined(language, _openttd_texts(files["english"]), _openttd_texts(files[name]))


_OPENTTD_NAMES = {"slovenian": "sl", "polish": "pl", "hindi": "hi", "romanian": "ro"}


def _openttd_texts(path: Path) -> dict[str, str]:
    """Return the texts by name, without other grammatical cases and those that hold plurals."""
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = (re.match(r"(STR_\w+)\s*:(.*)", line) for line in lines)
    return {match[1]: match[2] for match in texts if match and not re.search(r"\{[PG] ", match[2])}


def _joined(
    language: str, english: Mapping[_Key, str], other: Mapping[_Key, str]
) -> Iterator[Translation]:
    for key, text in english.items():
        if key in other:
            yield language, text, other[key]


def _twins(
    folder: Path, suffix: str, english: str, form: str = "{}"
) -> Iterator[tuple[str, Path, Path]]:
    """Yield each English file with its translation: one part of the path names the language."""
    for path in sorted(path for path in folder.rglob(f"*{suffix}") if path.is_file()):
        parts = path.relative_to(folder).as_posix().removesuffix(suffix).split("/")
        for at in (at for at, part in enumerate(parts) if part == english):
            for language, names in NAMES.items():
                for name in names:
                    twin = "/".join([*parts[:at], form.format(name), *parts[at + 1 :]])
                    other = folder / f"{twin}{suffix}"
                    if other.exists():
                        yield language, path, other
