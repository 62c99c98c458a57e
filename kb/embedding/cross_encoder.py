"""Any local cross encoder of the sentence-transformers library as a `Reranker`.

Nothing here fetches from a hub: the folder has to be on this machine.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kb.embedding import ModelOptions
from kb.embedding.loading import library_errors
from kb.errors import ModelUnusable


class CrossEncoderModel:
    """Implements `Reranker`.

    Raises: `ModelUnusable` when the library is missing, cannot read `folder`, or finds a model
    there that gives several labels for a pair instead of one score.
    """

    def __init__(
        self, folder: Path, *, name: str | None = None, options: ModelOptions | None = None
    ) -> None:
        self.name = name or str(folder)
        self._options = options or ModelOptions()
        with library_errors(self.name):
            from sentence_transformers import CrossEncoder

            self._model = CrossEncoder(
                str(folder), device=self._options.device, local_files_only=True
            )
        if self._model.num_labels != 1:
            labels = self._model.num_labels
            raise ModelUnusable(self.name, f"it gives {labels} labels for a pair, not a score")

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        with library_errors(self.name):
            from torch.nn import Identity

            scores = self._model.predict(
                [(question, text) for text in texts],
                batch_size=self._options.batch_size,
                activation_fn=Identity(),
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        # In double precision: the sigmoid of two good scores must not be the same number.
        logits = np.nan_to_num(np.asarray(scores, dtype=np.float64).reshape(len(texts)))
        return [float(score) for score in 1 / (1 + np.exp(-logits))]
