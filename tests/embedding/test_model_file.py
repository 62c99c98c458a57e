"""The model file opens as it was packaged, or says in one line that it cannot."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open

from kb.embedding.embedded import MODEL_FILE, EmbeddedModel
from kb.embedding.model_file import read_model_file
from kb.errors import ModelUnusable
from training.package import Tensors, write_model_file

PIECES = "[UNK]\n▁\na\n▁mlin"
TENSORS: Tensors = {
    "scores": np.array([0, -1, -2, -3], dtype=np.float64),
    "scales": np.ones(4, dtype=np.float32),
    "weights": np.arange(100, 112, dtype=np.uint8).reshape(4, 3),
    "pieces": np.frombuffer(PIECES.encode(), dtype=np.uint8),
    "punctuation": np.frombuffer("!।".encode(), dtype=np.uint8),
}


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    write_model_file(path, TENSORS)
    return path.read_bytes()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "model.safetensors"


def opens_or_is_refused(path: Path, content: bytes) -> None:
    """Let nothing but `ModelUnusable` through."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    with suppress(ModelUnusable):
        EmbeddedModel(path).embed_passages(["mlin a!"])


def test_reading_gives_what_was_written(small: bytes, place: Path) -> None:
    place.write_bytes(small)

    file = read_model_file(place)

    assert file.pieces == PIECES.split("\n")
    assert file.punctuation == "!।"
    for name in ("scores", "scales", "weights"):
        assert np.array_equal(getattr(file, name), TENSORS[name])


def test_a_byte_holds_a_weight_of_each_half_of_its_row(place: Path) -> None:
    one_row: Tensors = {
        **TENSORS,
        "scores": np.zeros(1),
        "scales": np.array([0.5], dtype=np.float32),
        "weights": np.array([[8 + 3 | (8 - 7) << 4, 8 - 1 | (8 + 7) << 4]], dtype=np.uint8),
        "pieces": np.frombuffer(b"[UNK]", dtype=np.uint8),
    }
    write_model_file(place, one_row)

    file = read_model_file(place)

    assert file.dimension == 4
    assert file.rows(np.array([0, 0])).tolist() == [[1.5, -0.5, -3.5, 3.5]] * 2


def test_the_safetensors_library_reads_the_same() -> None:
    file = read_model_file(MODEL_FILE)

    with safe_open(MODEL_FILE, framework="numpy") as tensors:
        assert tensors.metadata()["fingerprint"] == file.fingerprint
        assert {"format", "description", "licence"} < set(tensors.metadata())
        for name in ("scores", "scales", "weights"):
            assert np.array_equal(tensors.get_tensor(name), getattr(file, name))


def test_weights_are_mapped_and_not_read() -> None:
    weights = read_model_file(MODEL_FILE).weights
    base = weights
    while isinstance(base.base, np.ndarray):
        base = base.base

    assert isinstance(base, np.memmap)
    assert not weights.flags.writeable


def test_the_file_is_small_enough_for_the_package() -> None:
    assert MODEL_FILE.stat().st_size <= 24_000_000


@pytest.mark.parametrize("size", [0, 1, 7, 8, 100, -1])
def test_a_file_cut_short_is_named_in_one_line(small: bytes, tmp_path: Path, size: int) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(small[:size])

    with pytest.raises(ModelUnusable, match="install kb again") as caught:
        EmbeddedModel(path)

    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="No such file"):
        EmbeddedModel(tmp_path / "model.safetensors")


def test_another_format_is_refused(small: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(small.replace(b'"format": "2"', b'"format": "9"'))

    with pytest.raises(ModelUnusable, match="format '9'"):
        EmbeddedModel(path)


@pytest.mark.parametrize("name", ["scores", "scales", "pieces"])
def test_parts_that_do_not_fit_together_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.safetensors"
    write_model_file(path, {**TENSORS, name: TENSORS[name][:2]})

    with pytest.raises(ModelUnusable, match="damaged"):
        EmbeddedModel(path)


@given(data=st.data())
def test_a_damaged_file_opens_or_is_refused(data: st.DataObject, small: bytes, place: Path) -> None:
    header_end = 8 + int.from_bytes(small[:8], "little")
    damaged = bytearray(small)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, header_end - 1) | st.integers(0, len(small) - 1))
        damaged[position] = data.draw(st.integers(0, 255))

    opens_or_is_refused(place, bytes(damaged))


@pytest.mark.parametrize("header", [b"", b"7", b'""', b"[]", b"{}", b"{", b"\xff", b"[" * 100_000])
def test_a_header_that_is_no_table_of_tensors_is_refused(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)

    with pytest.raises(ModelUnusable, match="damaged"):
        EmbeddedModel(path)


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
)


@given(
    name=st.sampled_from(["__metadata__", *TENSORS]),
    key=st.sampled_from(["dtype", "shape", "data_offsets", "format", "fingerprint", None]),
    value=json_values,
)
def test_a_header_that_says_anything_opens_or_is_refused(
    name: str, key: str | None, value: object, small: bytes, place: Path
) -> None:
    end = 8 + int.from_bytes(small[:8], "little")
    header = json.loads(small[8:end])
    if key is None:
        header[name] = value
    else:
        header[name][key] = value
    text = json.dumps(header).encode()

    opens_or_is_refused(place, len(text).to_bytes(8, "little") + text + small[end:])
