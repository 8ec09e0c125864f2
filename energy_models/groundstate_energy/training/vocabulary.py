"""The subword vocabulary: byte-level BPE over lexical texts, split at case changes, digits and underscores first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from tokenizers.trainers import BpeTrainer

_WORDS = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]|_+|[^A-Za-z0-9_]"
_REPEAT = 24


def train_tokenizer(texts: Mapping[str, int], size: int) -> Tokenizer:
    """A tokenizer of ``size`` pieces from texts with their counts; frequent texts count up to ``_REPEAT`` times."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = Sequence(
        [Split(Regex(_WORDS), "isolated"), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    trainer = BpeTrainer(
        vocab_size=size, initial_alphabet=ByteLevel.alphabet(), show_progress=False, min_frequency=3
    )

    def repeated() -> Iterator[str]:
        for text, count in texts.items():
            for _ in range(min(_REPEAT, 1 + count.bit_length())):
                yield text

    tokenizer.train_from_iterator(repeated(), trainer)
    return tokenizer
