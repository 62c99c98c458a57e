"""The binary files in which Chromium and Qt programs carry their texts."""

import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path


def chromium_texts(path: Path) -> dict[int, str]:
    """Return the texts of a .pak file by number.

    Source: ui/base/resource/data_pack.cc in Chromium, version 5: version, encoding, number of
    resources, number of aliases; then a table of (number, offset), whose last row closes it.
    """
    data = path.read_bytes()
    version, resources = struct.unpack_from("<I4xH", data)
    if version != 5:
        raise ValueError(f"{path}: a resource pack of version {version}, not 5")
    rows = list(struct.iter_unpack("<HI", data[12 : 12 + 6 * (resources + 1)]))
    return {
        number: data[start:end].decode("utf-8", "replace")
        for (number, start), (_, end) in pairwise(rows)
    }


def qt_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files in a .rcc file; those packed with zstd are left out.

    Source: src/corelib/io/qresource.cpp in Qt: magic, version, then the offsets of the tree, of
    the data and of the names, all big-endian; a node is 22 bytes from version 2, before 14.
    """
    data = path.read_bytes()
    _magic, version, tree, contents, names = struct.unpack_from(">4s4I", data)
    folders = [0]
    while folders:
        _, _, count, first = struct.unpack_from(">IHII", data, tree + folders.pop())
        size = 22 if version >= 2 else 14
        for node in range(first * size, (first + count) * size, size):
            name_at, flags, _locale, offset = struct.unpack_from(">IHII", data, tree + node)
            if flags & _QT_FOLDER:
                folders.append(node)
            elif not flags & _QT_ZSTD:
                yield _qt_name(data, names + name_at), _qt_content(data, contents + offset, flags)


_QT_ZLIB, _QT_FOLDER, _QT_ZSTD = 1, 2, 4


def _qt_name(data: bytes, at: int) -> str:
    (letters,) = struct.unpack_from(">H4x", data, at)
    return data[at + 6 : at + 6 + 2 * letters].decode("utf-16-be")


def _qt_content(data: bytes, at: int, flags: int) -> bytes:
    (size,) = struct.unpack_from(">I", data, at)
    content = data[at + 4 : at + 4 + size]
    return zlib.decompress(content[4:]) if flags & _QT_ZLIB else content
