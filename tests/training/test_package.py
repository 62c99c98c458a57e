"""A sentence-transformers folder becomes the model file, and the model file the same folder."""

from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer, normalizers

from kb.embedding.embedded import MODEL_FILE
from kb.embedding.model_file import read_model_file
from kb.vectors import Matrix
from training.export import export
from training.package import fingerprint, package, quantised
from training.wordpieces import tokenizer_of

PIECES = [("[UNK]", 0.0), ("▁", -1.5), ("a", -2.1), ("▁mlin", -3.3)]
TENSOR_NAMES = ("scores", "scales", "weights", "pieces", "punctuation")


def write_folder(folder: Path, weights: Matrix, tokenizer: Tokenizer) -> None:
    folder.mkdir(parents=True)
    save_file({"embedding.weight": weights}, folder / "model.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"))


def random_weights(rows: int) -> Matrix:
    weights = np.random.default_rng(1).normal(size=(rows, 16)).astype(np.float16)
    weights[3] = 0
    return weights.astype(np.float32)


def test_what_is_exported_packages_to_the_same_file(exported: Path, tmp_path: Path) -> None:
    package(exported, tmp_path / "model.safetensors")

    assert (tmp_path / "model.safetensors").read_bytes() == MODEL_FILE.read_bytes()


def test_the_fingerprint_is_that_of_what_the_file_holds() -> None:
    tensors = load_file(MODEL_FILE)
    ordered = {name: tensors[name] for name in TENSOR_NAMES}

    assert read_model_file(MODEL_FILE).fingerprint == fingerprint(ordered)


@pytest.mark.parametrize("changed", TENSOR_NAMES)
def test_any_changed_tensor_changes_the_fingerprint(changed: str) -> None:
    tensors = {name: np.arange(6, dtype=np.uint8) for name in TENSOR_NAMES}
    before = fingerprint(tensors)

    tensors[changed][2] += 1

    assert fingerprint(tensors) != before


def test_packaging_moves_each_weight_to_the_nearest_of_fifteen_steps(tmp_path: Path) -> None:
    weights = random_weights(len(PIECES))
    write_folder(tmp_path / "folder", weights, tokenizer_of(PIECES))

    package(tmp_path / "folder", tmp_path / "model.safetensors")

    file = read_model_file(tmp_path / "model.safetensors")
    steps = np.arange(-7, 8) * file.scales[:, np.newaxis, np.newaxis].astype(np.float64)
    nearest = np.abs(steps - weights[:, :, np.newaxis]).min(axis=2)
    packaged = file.rows(np.arange(len(PIECES)))
    assert np.abs(packaged - weights) == pytest.approx(nearest, abs=1e-6)
    assert not packaged[3].any()
    assert list(zip(file.pieces, file.scores.tolist(), strict=True)) == PIECES


@given(weights=arrays(np.float32, (3, 4), elements=st.floats(-50, 50, width=32)))
def test_no_coarser_scale_would_lose_less(weights: Matrix) -> None:
    scales, steps = quantised(weights)

    by_largest = np.maximum(np.abs(weights).max(axis=1), np.float32(1e-30))[:, np.newaxis] / 7
    lost = np.square(steps * scales[:, np.newaxis] - weights).sum(axis=1)
    lost_by_largest = np.square(np.rint(weights / by_largest) * by_largest - weights).sum(axis=1)
    assert np.all(lost <= lost_by_largest * 1.001 + 1e-6)


@given(
    steps=arrays(np.int8, (2, 6), elements=st.integers(-7, 7)),
    scale=st.floats(2.0**-20, 50, width=32),
)
def test_weights_that_are_steps_already_stay_as_they_are(steps: Matrix, scale: float) -> None:
    steps[:, 0] = 7
    weights = (steps * np.float32(scale)).astype(np.float32)

    scales, found = quantised(weights)

    assert np.array_equal(found, steps)
    # The scale may be another one by its last bit, where that makes the same weights.
    assert np.array_equal(found * scales[:, np.newaxis], weights)


def test_exporting_keeps_every_weight_and_score(tmp_path: Path) -> None:
    write_folder(tmp_path / "folder", random_weights(len(PIECES)), tokenizer_of(PIECES))
    package(tmp_path / "folder", tmp_path / "model.safetensors")

    export(tmp_path / "model.safetensors", tmp_path / "exported")

    file = read_model_file(tmp_path / "model.safetensors")
    (weights,) = load_file(tmp_path / "exported" / "model.safetensors").values()
    assert weights.dtype == np.float32
    assert np.array_equal(weights, file.rows(np.arange(len(PIECES))))
    first, second = (
        Tokenizer.from_file(str(tmp_path / name / "tokenizer.json")).to_str()
        for name in ("folder", "exported")
    )
    assert first == second


def test_a_tokenizer_of_another_kind_is_not_packaged(tmp_path: Path) -> None:
    tokenizer = tokenizer_of(PIECES)
    tokenizer.normalizer = normalizers.NFKC()
    write_folder(tmp_path / "folder", random_weights(len(PIECES)), tokenizer)

    with pytest.raises(ValueError, match="wordpieces"):
        package(tmp_path / "folder", tmp_path / "model.safetensors")


def test_weights_for_other_pieces_are_not_packaged(tmp_path: Path) -> None:
    write_folder(tmp_path / "folder", random_weights(7), tokenizer_of(PIECES))

    with pytest.raises(ValueError, match="4 pieces"):
        package(tmp_path / "folder", tmp_path / "model.safetensors")

    assert not (tmp_path / "model.safetensors").exists()


def test_an_odd_number_of_dimensions_is_not_packaged(tmp_path: Path) -> None:
    write_folder(tmp_path / "folder", random_weights(len(PIECES))[:, :15], tokenizer_of(PIECES))

    with pytest.raises(ValueError, match="15 dimensions"):
        package(tmp_path / "folder", tmp_path / "model.safetensors")


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "folder", random_weights(len(PIECES)), tokenizer_of(PIECES))
    copyfile(MODEL_FILE, tmp_path / "model.safetensors")
    old = read_model_file(tmp_path / "model.safetensors")

    package(tmp_path / "folder", tmp_path / "model.safetensors")

    assert old.pieces[0] == "[UNK]"
    assert np.array_equal(old.weights, read_model_file(MODEL_FILE).weights)
    assert [path.name for path in tmp_path.glob("*.safetensors*")] == ["model.safetensors"]
