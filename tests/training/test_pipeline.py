"""All stages in a row, on a few made-up texts."""

import json
from pathlib import Path

import numpy as np

from kb.embedding.embedded import EmbeddedModel
from training.__main__ import make_model
from training.evaluation import FLORES, XQUAD
from training.training import Recipe, Stage

ENGLISH = ("the dog sleeps", "the cat eats", "the house burns", "the boat sinks")
POLISH = ("pies śpi", "kot je", "dom płonie", "łódź tonie")
RECIPE = Recipe(
    pieces=200,
    dimension=16,
    rough=Stage(steps=20),
    left_out=0,
    main=Stage(steps=100),
    settling=Stage(steps=2, restated=0.5),
    batch=4,
)


def test_the_pipeline_writes_a_model_that_kb_reads_and_says_what_went_in(tmp_path: Path) -> None:
    data, bench, target = tmp_path / "text", tmp_path / "bench", tmp_path / "made"
    _write_text(data)
    _write_bench(bench)

    make_model(bench, [data], target, RECIPE)

    model = EmbeddedModel(target / "model.safetensors")
    similarities = model.embed_passages(ENGLISH) @ model.embed_passages(POLISH).T
    assert similarities.argmax(axis=1).tolist() == [0, 1, 2, 3]
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    assert model.fingerprint.startswith(manifest["fingerprint"])
    restatements = manifest["sources"].pop("restatements")
    assert restatements.keys() == {"licence", "sl", "pl", "hi", "ro"}
    assert manifest["sources"] == {"toy": {"licence": "MIT", "pl": len(ENGLISH)}}
    assert manifest["left out"] == {"in a test set": 1}
    assert manifest["digests"].keys() == {"text/en-pl.tsv", "restatements.tsv"}
    assert set(manifest["figures"]) >= {"flores mean", "xquad mean @10", "xquad terms @1"}
    assert np.isfinite(list(manifest["figures"].values())).all()


def _write_text(folder: Path) -> None:
    folder.mkdir()
    (folder / "SOURCES.md").write_text(
        "| source | pl | licence |\n|---|---|---|\n| toy | 5 | MIT |\n", encoding="utf-8"
    )
    pairs = [*zip(ENGLISH, POLISH, strict=True), ("A river floods the town.", "Rzeka zalewa.")]
    lines = [f"{english}\t{polish}\ttoy\n" for english, polish in pairs]
    (folder / "en-pl.tsv").write_text("".join(lines), encoding="utf-8")


def _write_bench(folder: Path) -> None:
    texts = ["A river floods the town.", "Birds fly south in autumn."]
    (folder / "flores-200" / "dev").mkdir(parents=True)
    for name in FLORES.values():
        path = folder / "flores-200" / "dev" / f"{name}.dev"
        path.write_text("\n".join(texts), encoding="utf-8")
    paragraphs = [
        {"context": text, "qas": [{"question": f"{text[:-1]}?"}, {"question": text[2:9]}]}
        for text in texts
    ]
    (folder / "xquad").mkdir()
    for language in XQUAD:
        content = json.dumps({"data": [{"paragraphs": paragraphs}]})
        (folder / "xquad" / f"xquad.{language}.json").write_text(content, encoding="utf-8")
    (folder / "ro-sts").mkdir()
    (folder / "ro-sts" / "RO-STS.dev.tsv").write_text("5.0\tun râu\tun fluviu\n", encoding="utf-8")
