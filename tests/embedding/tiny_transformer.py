"""A whole sentence-transformers folder, made on the spot with random weights."""

from pathlib import Path
from shutil import rmtree

PROMPTS = {"query": "vprašanje: ", "document": "odlomek: "}
WINDOW_TOKENS = 64


def write_tiny_transformer(folder: Path) -> None:
    """Write a BERT of one layer that reads single bytes, so that no script is unknown to it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    bert = folder / "bert"
    pieces = ["[PAD]", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    torch.manual_seed(7)
    BertModel(
        BertConfig(
            vocab_size=len(pieces),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=WINDOW_TOKENS,
        )
    ).save_pretrained(bert)
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # the library has no types
        tokenizer_object=tokenizer, model_max_length=WINDOW_TOKENS
    )
    fast.pad_token = pieces[0]
    fast.save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=WINDOW_TOKENS)
    modules = [transformer, Pooling(transformer.get_embedding_dimension())]
    SentenceTransformer(modules=modules, device="cpu", prompts=PROMPTS).save(str(folder))
    rmtree(bert)
