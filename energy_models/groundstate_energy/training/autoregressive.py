"""An autoregressive network of the learned term's encoder: the baseline whose energy of a window is its likelihood.

``E = −log p`` of the roles and texts of a window's unit given its header, ``ΔE(edit) = E(edited) − E(as written)``. Such a
network is trained on code as it is, without a single bug; what it knows of bugs is that they are unlikely.

Width, layers, embedding of texts by their pieces, rotary positions, stream of windows and optimisers are those of
``network`` and ``denoising``. What differs: attention sees what stands before only; the relations of two tokens that look
ahead have causal twins ("what stands there follows my text", the induction head given for free); and every token of the
unit is asked for, its role first and its text given its role.

Texts have no fixed vocabulary, so the softmax over them needs a set. In training it is all texts of the batch, as in
denoising. When edits are compared it is all texts of the window and of all its candidates, the same set for every edit and
for the code as written: without this a name that the window does not have would have no probability, and the
likelihoods of two edits would be normalised by different sums.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from groundstate_energy.encoding import PIECES, PieceTable
from groundstate_energy.training.corpus import Repository
from groundstate_energy.training.denoising import Text, texts_of
from groundstate_energy.training.network import Network, NetworkConfig, rows
from groundstate_energy.training.steps import update
from groundstate_energy.training.trainer import (
    SAVE_SECONDS,
    Run,
    TrainingConfig,
    restore,
    save,
    start,
    to_device,
)
from groundstate_grammars.python.lexical import ROLE_COUNT

FALLS_FROM = 0.4
"""Share of a run after which the learning rate falls in a line to nearly nothing."""


class AutoregressiveNetwork(Network):
    """The learned term's encoder with a causal mask, and what predicts the next token. What scores edits stays unused."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__(config)
        self.next_role = nn.Linear(config.width, ROLE_COUNT)
        self._initialise(self.next_role)

    def attention_bias(self, tokens: Tensor) -> Tensor:
        """Very negative at what stands later, (1, 1, length, length). Padding stands last, so nothing sees it."""
        length = tokens.shape[1]
        later = torch.ones(length, length, device=tokens.device).triu(1)
        return (later * -30_000.0)[None, None]

    @staticmethod
    def related(tokens: Tensor) -> Tensor:
        """Causal relations of every pair of tokens, (batch, RELATIONS, length · length), 0 or 1.

        Same text; same text before; the text before there is mine; and so is the one before that the one before mine.
        """
        return causal_relations(tokens, tokens.shape[1]).flatten(2)

    def predict(self, embedded: Tensor, context: Tensor, next_role: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the next token's role, (positions, ROLE_COUNT), and of its text given that role, (positions, texts).

        Args:
            embedded: input embedding of each text of the softmax, (texts, width).
            context: contextual embedding of the tokens before, (positions, width).
            next_role: (positions,).
        """
        asked = self.site_context(torch.cat([context, rows(self.roles.weight, next_role)], -1))
        texts = self.candidate_input(embedded)
        return self.next_role(context), asked @ texts.T / math.sqrt(texts.shape[1])


def causal_relations(tokens: Tensor, last: int) -> Tensor:
    """Relations of the ``last`` tokens with all, (batch, RELATIONS, last, length), 0 or 1; see ``related``."""
    nothing = torch.zeros_like(tokens[:, :1])
    before = torch.cat([nothing, tokens[:, :-1]], 1)
    before2 = torch.cat([nothing, before[:, :-1]], 1)

    def equal(here: Tensor, there: Tensor) -> Tensor:
        return here[:, -last:, None] == there[:, None, :]

    follows = equal(tokens, before)
    found = torch.stack(
        [equal(tokens, tokens), equal(before, before), follows, follows & equal(before, before2)], 1
    )
    return found.float()


def next_token_batch(
    texts: Sequence[Text], table: PieceTable, *, multiple: int = 16
) -> dict[str, NDArray[np.generic]]:
    """A batch: ``pieces``, ``tokens`` and ``roles`` as the network reads them, ``at``: flat positions of the tokens that
    stand before one of a unit, ``next_role`` and ``answer``: the role of that one and its row of ``pieces``.
    """
    length = -(-max(len(text.lex) for text in texts) // multiple) * multiple
    tokens = np.zeros((len(texts), length), np.int32)
    roles = np.zeros((len(texts), length), np.int32)
    known: dict[str, int] = {}
    places = []
    for number, text in enumerate(texts):
        used = np.unique(text.lex)
        mapped = np.zeros(len(text.texts), np.int32)
        mapped[used] = [known.setdefault(text.texts[i], len(known) + 1) for i in used.tolist()]
        tokens[number, : len(text.lex)] = mapped[text.lex]
        roles[number, : len(text.lex)] = text.roles
        places.append(np.arange(max(text.header, 1), len(text.lex), dtype=np.int64) + number * length)
    asked = np.concatenate(places)
    pieces = np.zeros((len(known) + 1, PIECES), np.int32)
    pieces[1:] = table.rows(list(known))
    return {
        "pieces": pieces,
        "tokens": tokens,
        "roles": roles,
        "at": (asked - 1).astype(np.int32),
        "next_role": roles.ravel()[asked],
        "answer": tokens.ravel()[asked].astype(np.int64),
    }


class NextTokenBatches(IterableDataset[dict[str, torch.Tensor]]):
    """An endless stream of batches of about ``tokens`` padded tokens, of the windows that denoising reads."""

    def __init__(
        self, repositories: Sequence[Repository], table: PieceTable, *, tokens: int, seed: int = 0
    ) -> None:
        super().__init__()
        self._repositories = repositories
        self._table = table
        self._tokens = tokens
        self._seed = seed

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        for group in texts_of(self._repositories, self._tokens, self._seed):
            batch = next_token_batch(group, self._table)
            yield {name: torch.from_numpy(values) for name, values in batch.items()}


def next_token_loss(network: AutoregressiveNetwork, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Mean −log p of role and of text, in nats a token, over the tokens of a batch."""
    embedded = network.embed(batch["pieces"])
    context = rows(network.encode(embedded, batch["tokens"], batch["roles"]).flatten(0, 1), batch["at"])
    role, text = network.predict(embedded, context, batch["next_role"])
    text[:, 0] = -torch.inf
    return F.cross_entropy(role, batch["next_role"].long()), F.cross_entropy(text, batch["answer"])


def train_autoregressive(
    config: TrainingConfig,
    repositories: Sequence[Repository],
    table: PieceTable,
    folder: Path,
    *,
    device: torch.device,
    segment_minutes: float,
    progress: Callable[[str], None] = print,
) -> Run:
    """Train for one segment, resuming from ``folder/checkpoint.pt`` where there is one; writes that and ``log.jsonl``.

    ``run.json`` has what was spent: minutes, steps, windows, tokens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = start(config, device, AutoregressiveNetwork)
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        restore(run, checkpoint, device)
        progress(f"resumed at step {run.step}, {run.elapsed / 60:.1f} minutes")
    assert isinstance(run.network, AutoregressiveNetwork)
    run.network.train()
    run.enter("next token")
    batches = DataLoader(
        NextTokenBatches(repositories, table, tokens=config.tokens, seed=config.seed + run.step + 1),
        batch_size=None,
        num_workers=config.workers,
        prefetch_factor=6 if config.workers else None,
        pin_memory=device.type == "cuda",
    )
    before, began = run.elapsed, time.monotonic()
    shown = saved = began
    sums, count = np.zeros(2), 0
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        for raw in batches:
            run.elapsed = before + time.monotonic() - began
            share = run.elapsed / (60 * config.minutes)
            if share >= 1 or run.elapsed - before >= 60 * segment_minutes:
                break
            role, text = next_token_loss(run.network, batch := to_device(raw, device))
            left = min(1.0, (1 - share) / (1 - FALLS_FROM))
            update(run, config, role + text, batch, config.rate * (0.02 + 0.98 * left))
            sums += role.item(), text.item()
            count += 1
            if time.monotonic() - shown > 20:
                line = {"step": run.step, "minutes": round(run.elapsed / 60, 2), "windows": run.windows}
                losses = {"role": round(sums[0] / count, 4), "text": round(sums[1] / count, 4)}
                log.write(json.dumps({**line, **losses}) + "\n")
                log.flush()
                progress(json.dumps({**line, **losses}))
                shown, sums, count = time.monotonic(), np.zeros(2), 0
            if time.monotonic() - saved > SAVE_SECONDS:
                save(run, checkpoint)
                saved = time.monotonic()
    save(run, checkpoint)
    spent = {
        "minutes": round(run.elapsed / 60, 2),
        "steps": run.step,
        "windows": run.windows,
        "padded tokens": run.tokens,
    }
    (folder / "run.json").write_text(
        json.dumps({**spent, "config": asdict(config)}, indent=1) + "\n", "utf-8"
    )
    return run
