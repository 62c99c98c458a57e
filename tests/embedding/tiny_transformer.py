"""Whole model folders of the sentence-transformers library, made on the spot with random weights."""

from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PretrainedConfig

PROMPTS = {"query": "vprašanje: ", "document": "odlomek: "}
WINDOW_TOKENS = 64
DIMENSION = 32

_MARKS: dict[str, Any] = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
_SIZES: dict[str, Any] = {
    "hidden_size": DIMENSION,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


def write_tiny_bert(
    folder: Path,
    *,
    prompts: Mapping[str, str] = PROMPTS,
    window: int = WINDOW_TOKENS,
    seed: int = 7,
) -> None:
    """Write a BERT of one layer that reads single bytes, so that no script is unknown to it."""
    from transformers import BertConfig, BertModel

    bert = folder / "bert"
    _write_weights(BertModel, BertConfig(max_position_embeddings=window, **_SIZES), bert, seed)
    _write_sentence_transformer(bert, folder, prompts, window)


def write_tiny_xlm_roberta(folder: Path, *, prompts: Mapping[str, str] = PROMPTS) -> None:
    """Write a model like multilingual-e5: XLM-R between two marks, with the window in its place."""
    from transformers import XLMRobertaConfig, XLMRobertaModel

    roberta = folder / "roberta"
    # Its positions begin after the number of the padding.
    config = XLMRobertaConfig(max_position_embeddings=WINDOW_TOKENS + 2, pad_token_id=0, **_SIZES)
    _write_weights(XLMRobertaModel, config, roberta, seed=11)
    _write_sentence_transformer(roberta, folder, prompts, WINDOW_TOKENS)


def write_tiny_cross_encoder(folder: Path, *, labels: int = 1) -> None:
    """Write a BERT of one layer that reads a question and a passage together."""
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    bert = folder / "bert"
    config = BertConfig(max_position_embeddings=512, **_SIZES)
    config.num_labels = labels
    _write_weights(BertForSequenceClassification, config, bert, seed=13)
    _write_tokenizer(bert, 512)
    CrossEncoder(str(bert), device="cpu").save(str(folder))
    rmtree(bert)


def _write_weights(architecture: type, config: "PretrainedConfig", folder: Path, seed: int) -> None:
    import torch

    torch.manual_seed(seed)
    config.vocab_size = len(_pieces())
    # Small weights would give all texts nearly the same vector.
    config.initializer_range = 0.5
    architecture(config).save_pretrained(folder)


def _write_tokenizer(folder: Path, window: int) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(_pieces())}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # the library has no types
        tokenizer_object=tokenizer,
        model_max_length=window,
        **_MARKS,
    )
    fast.save_pretrained(folder)


def _pieces() -> list[str]:
    from tokenizers import pre_tokenizers

    return [*_MARKS.values(), *sorted(pre_tokenizers.ByteLevel.alphabet())]


def _write_sentence_transformer(
    transformer_folder: Path, folder: Path, prompts: Mapping[str, str], window: int
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    _write_tokenizer(transformer_folder, window)
    transformer = Transformer(str(transformer_folder), max_seq_length=window)
    modules = [transformer, Pooling(transformer.get_embedding_dimension())]
    SentenceTransformer(modules=modules, device="cpu", prompts=dict(prompts)).save(str(folder))
    rmtree(transformer_folder)
