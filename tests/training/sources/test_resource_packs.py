import json
import struct
import zlib
from pathlib import Path

import pytest

from training.sources.reading import read_chromium, read_gcompris_words
from training.sources.resource_packs import chromium_texts


def pak(texts: dict[int, str], version: int = 5) -> bytes:
    """Return the texts as Chromium packs them."""
    start = 12 + 6 * (len(texts) + 1)
    rows, contents = b"", b""
    for number, text in texts.items():
        rows += struct.pack("<HI", number, start + len(contents))
        contents += text.encode()
    rows += struct.pack("<HI", 0, start + len(contents))
    return struct.pack("<IB3xHH", version, 1, len(texts), 0) + rows + contents


def rcc(files: dict[str, bytes]) -> bytes:
    """Return the files as Qt's resource compiler packs them, in one folder, version 3."""
    names, contents = b"", b""
    tree = struct.pack(">IHII8x", 0, 2, len(files), 1)
    for name, content in files.items():
        packed = struct.pack(">I", len(content)) + zlib.compress(content)
        tree += struct.pack(">IHHHI8x", len(names), 1, 0, 1, len(contents))
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
        contents += struct.pack(">I", len(packed)) + packed
    head = struct.pack(
        ">4s5I", b"qres", 3, 24 + len(contents) + len(names), 24, 24 + len(contents), 0
    )
    return head + contents + names + tree


def test_messages_of_the_browser_meet_by_number(tmp_path: Path) -> None:
    (tmp_path / "en-US.pak").write_bytes(pak({7: "Save", 9: "Only here", 12: "Close"}))
    (tmp_path / "hi.pak").write_bytes(pak({7: "सेव करें", 12: "बंद करें"}))

    assert list(read_chromium(tmp_path)) == [("hi", "Save", "सेव करें"), ("hi", "Close", "बंद करें")]


def test_resource_pack_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sl.pak").write_bytes(pak({7: "Shrani"}, version=4))

    with pytest.raises(ValueError, match="version 4"):
        chromium_texts(tmp_path / "sl.pak")


def test_words_of_pictures_meet_by_picture(tmp_path: Path) -> None:
    words = {
        "content-en.json": {"apple.ogg": "apple", "bee.ogg": "bee"},
        "content-sl.json": {"bee.ogg": "čebela"},
        "content-de.json": {"bee.ogg": "Biene"},
    }
    files = {name: json.dumps(content).encode() for name, content in words.items()}
    (tmp_path / "lang.rcc").write_bytes(rcc(files | {"bee.png": b"picture"}))

    assert list(read_gcompris_words(tmp_path)) == [("sl", "bee", "čebela")]
