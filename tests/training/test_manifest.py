"""What is written about the model is about the model that is shipped."""

import json
import re
from hashlib import file_digest
from pathlib import Path

import pytest

from kb.embedding.embedded import MODEL_FILE
from kb.embedding.model_file import read_model_file
from training.evaluation import FLORES
from training.restatements import RESTATEMENTS

MANIFEST = json.loads(
    (Path(__file__).parents[2] / "training" / "manifest.json").read_text(encoding="utf-8")
)
CARD = MODEL_FILE.with_name("README.md").read_text(encoding="utf-8")


def test_the_manifest_and_the_card_are_of_the_shipped_model() -> None:
    fingerprint = read_model_file(MODEL_FILE).fingerprint
    assert MANIFEST["fingerprint"] == fingerprint
    assert fingerprint in CARD


def test_the_restatements_are_those_that_the_shipped_model_learned_from() -> None:
    with RESTATEMENTS.open("rb") as file:
        assert MANIFEST["digests"][RESTATEMENTS.name] == file_digest(file, "sha256").hexdigest()


def test_every_source_of_the_model_has_a_stated_free_licence() -> None:
    licences = {name: source["licence"] for name, source in MANIFEST["sources"].items()}
    not_free = re.compile(r"unverified|research|non-?commercial|elastic|busl", re.IGNORECASE)
    assert [
        name for name, licence in licences.items() if not licence or not_free.search(licence)
    ] == []


@pytest.mark.parametrize("language", FLORES)
def test_the_card_gives_the_figures_of_the_manifest(language: str) -> None:
    figures = [
        "" if other == language else f"{MANIFEST['figures'][f'flores {language}-{other}']:.1f}"
        for other in FLORES
    ]
    assert f"| {language} | {' | '.join(figures)} |" in CARD


def test_the_model_fits_into_24_megabytes() -> None:
    assert MODEL_FILE.stat().st_size <= 24_000_000
