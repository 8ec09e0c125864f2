"""Energies of edits by an autoregressive network: every edited window is read again from its first edited token on.

Under a causal mask the tokens before the first edited one keep their keys, values and likelihoods, so a window is read
once as written and each of its edits from there, for ``HORIZON`` tokens: an edit is judged by its own likelihood and by
what it does to that of the tokens that follow soon. No candidate is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from groundstate_energy.encoding import PIECES, PieceTable, Window
from groundstate_energy.training.autoregressive import AutoregressiveNetwork
from groundstate_energy.training.network import Layer, rotate, rows
from groundstate_grammars.python.candidates import CandidateSet
from groundstate_grammars.python.edited import EditedUnit
from groundstate_grammars.python.lexical import ROLE_COUNT
from groundstate_grammars.python.parsed import ParsedFile

HORIZON = 24
"""Tokens from the first edited one on whose likelihood is compared. With the length of the window, ΔE is exact; a unit has
about 1,200 candidates and each would be followed by 130 tokens, which is too much for a CPU."""
BATCH_TOKENS = 1_536
"""Tokens that are read at once; always as many, for each new shape costs a bf16 kernel on a CPU a compilation."""

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class EditedWindow:
    """A window after one edit. ``tokens``: rows of the table of texts; equal to the window as written before ``first``."""

    candidate: int
    first: int
    tokens: Ints
    roles: Ints


@dataclass(frozen=True, slots=True)
class EditedWindows:
    """A window and all its edits. ``texts``: of the softmax; row 0 of their table is padding."""

    texts: list[str]
    tokens: Ints
    roles: Ints
    header: int
    edits: list[EditedWindow]


def edited_windows(file: ParsedFile, candidates: CandidateSet, window: Window) -> EditedWindows:
    """The windows after each edit of ``window``. ``candidate``: its place among the window's candidates.

    Edits that replace one token by a text keep its role. Others are read by parsing the edited unit; where that does not
    parse (no candidate should), the edit is left out and has no energy.
    """
    texts = window.texts
    known: dict[str, int] = {}
    used = np.unique(np.concatenate([window.tokens, window.site_text, window.candidate_text]))
    mapped = np.zeros(len(texts), np.int32)
    mapped[used] = [known.setdefault(texts[i], len(known) + 1) for i in used.tolist()]
    tokens = mapped[window.tokens]
    header = int((window.roles >= ROLE_COUNT).sum())
    edits: list[EditedWindow] = []
    unit = candidates.unit
    spans = file.tokens
    for place, candidate in enumerate(window.candidates.tolist()):
        site = int(window.candidate_site[place])
        at = int(window.site_at[site])
        of_unit = int(candidates.candidate_site[candidate])
        token = unit.tokens[int(candidates.site_token[of_unit])]
        whole = (int(candidates.site_start[of_unit]), int(candidates.site_end[of_unit]))
        if candidate not in candidates.structural and whole == (spans.start[token], spans.end[token]):
            changed = tokens.copy()
            changed[at] = mapped[window.candidate_text[place]]
            edits.append(EditedWindow(place, at, changed, window.roles))
            continue
        edited = EditedUnit(file, unit, candidates.edit(candidate).replacements)
        if edited.unit is None:
            continue
        own = np.array(edited.unit.tokens, np.intp)
        start = int(candidates.site_token[of_unit]) - at + header
        stop = start + len(tokens) - header + len(own) - len(unit.tokens)
        chosen = own[start:stop]
        words = [edited.lexicon.texts[i] for i in edited.tokens.lex[chosen].tolist()]
        new = np.array([known.setdefault(word, len(known) + 1) for word in words], np.int32)
        roles = np.array([edited.tokens.role[i] for i in chosen.tolist()], np.int32)
        changed = np.concatenate([tokens[:header], new])
        changed_roles = np.concatenate([window.roles[:header], roles])
        edits.append(
            EditedWindow(place, _first(tokens, window.roles, changed, changed_roles), changed, changed_roles)
        )
    return EditedWindows(list(known), tokens, window.roles, header, edits)


def _first(tokens: Ints, roles: Ints, changed: Ints, changed_roles: Ints) -> int:
    shorter = min(len(tokens), len(changed))
    differs = (tokens[:shorter] != changed[:shorter]) | (roles[:shorter] != changed_roles[:shorter])
    return int(differs.argmax()) if differs.any() else shorter


@dataclass(frozen=True, slots=True)
class _Read:
    """A window as written, read. ``tokens``, ``before``, ``before2``: rows of the text at each place and at the two places
    before it, (length,). ``keys``, ``values``: of each layer, (heads, length, width of a head). ``context``: (length,
    width). ``surprise``: −log p of each token given those before it, (length,); 0 in the header, which is given."""

    tokens: Tensor
    before: Tensor
    before2: Tensor
    keys: list[Tensor]
    values: list[Tensor]
    context: Tensor
    surprise: Tensor


@torch.no_grad()
def energy_gaps(
    network: AutoregressiveNetwork,
    windows: EditedWindows,
    table: PieceTable,
    count: int,
    horizon: int = HORIZON,
) -> NDArray[np.float32]:
    """ΔE of each of ``count`` candidates of a window, in nats, ``(count,)``; infinite for those without an edited window."""
    pieces = np.zeros((len(windows.texts) + 1, PIECES), np.int32)
    pieces[1:] = table.rows(windows.texts)
    embedded = network.embed(torch.from_numpy(pieces))
    read = _read(network, embedded, windows)
    gaps = np.full(count, np.inf, np.float32)
    size = max(BATCH_TOKENS // horizon, 1)
    edits = sorted(windows.edits, key=lambda edit: edit.first)
    for start in range(0, len(edits), size):
        batch = edits[start : start + size]
        found = _gaps(network, embedded, read, batch, size, horizon)
        gaps[[edit.candidate for edit in batch]] = found[: len(batch)].numpy()
    return gaps


def _surprise(
    network: AutoregressiveNetwork, embedded: Tensor, context: Tensor, role: Tensor, text: Tensor
) -> Tensor:
    """−log p of the role and of the text that come after each ``context``, (positions,)."""
    roles, texts = network.predict(embedded, context, role)
    texts[:, 0] = -torch.inf
    found = F.cross_entropy(roles, role.long(), reduction="none")
    return found + F.cross_entropy(texts, text.long(), reduction="none")


def _read(network: AutoregressiveNetwork, embedded: Tensor, windows: EditedWindows) -> _Read:
    tokens = torch.from_numpy(windows.tokens)
    roles = torch.from_numpy(windows.roles)
    length = len(tokens)
    nothing = torch.zeros(1, dtype=tokens.dtype)
    before = torch.cat([nothing, tokens[:-1]])
    before2 = torch.cat([nothing, before[:-1]])
    x = rows(embedded, tokens)[None] + network.roles(roles)[None]
    related = network.related(tokens[None])
    bias = network.attention_bias(tokens[None])
    cos, sin = network.cos[:length], network.sin[:length]
    keys, values = [], []
    for layer in network.layers:
        assert isinstance(layer, Layer)
        x, key, value = _layer(layer, x, related, bias, cos, sin, None)
        keys.append(key[0])
        values.append(value[0])
    context = network.final(x)[0]
    surprise = torch.zeros(length)
    start = max(windows.header, 1)
    surprise[start:] = _surprise(network, embedded, context[start - 1 : -1], roles[start:], tokens[start:])
    return _Read(tokens, before, before2, keys, values, context, surprise)


def _gaps(
    network: AutoregressiveNetwork,
    embedded: Tensor,
    read: _Read,
    edits: Sequence[EditedWindow],
    size: int,
    horizon: int,
) -> Tensor:
    """Energy gaps of ``edits`` and, after them, of what pads them to ``size``, ``(size,)``.

    Each row reads the ``horizon`` tokens of an edited window from its first edited one on; its queries see the tokens as
    written that stand before, and their own.
    """
    tokens = torch.zeros(size, horizon, dtype=torch.int32)
    roles = torch.zeros(size, horizon, dtype=torch.int32)
    first = torch.ones(size, dtype=torch.int64)
    written = torch.zeros(size)
    for row, edit in enumerate(edits):
        start = max(edit.first, 1)
        first[row] = start
        # As many of the tokens after the edit, where it makes the window longer or shorter.
        longer = len(edit.tokens) - len(read.tokens)
        stop = min(start + horizon - max(-longer, 0), len(edit.tokens))
        tokens[row, : stop - start] = torch.from_numpy(edit.tokens[start:stop])
        roles[row, : stop - start] = torch.from_numpy(edit.roles[start:stop])
        written[row] = read.surprise[start : max(stop - longer, start)].sum()
    length = int(first.max())
    before = torch.cat([read.tokens[first - 1][:, None], tokens[:, :-1]], 1)
    before2 = torch.cat([read.before[first - 1][:, None], before[:, :-1]], 1)

    def equal(here: Tensor, old: Tensor, new: Tensor) -> Tensor:
        return here[:, :, None] == torch.cat([old[:length].expand(size, -1), new], 1)[:, None, :]

    same_before = equal(before, read.before, before)
    follows = equal(tokens, read.before, before)
    follows2 = follows & equal(before, read.before2, before2)
    same = equal(tokens, read.tokens, tokens)
    related = torch.stack([same, same_before, follows, follows2], 1).float().flatten(2)
    hidden = torch.zeros(size, 1, horizon, length + horizon)
    hidden[:, 0, :, :length] = (torch.arange(length) >= first[:, None]).float()[:, None, :] * -30_000.0
    hidden[:, 0, :, length:] = torch.ones(horizon, horizon).triu(1) * -30_000.0
    position = first[:, None] + torch.arange(horizon)
    cos, sin = network.cos[position][:, None], network.sin[position][:, None]
    x = rows(embedded, tokens.flatten()).view(size, horizon, -1) + network.roles(roles)
    with torch.autocast("cpu", torch.bfloat16, enabled=network.mixed):
        for layer, key, value in zip(network.layers, read.keys, read.values, strict=True):
            assert isinstance(layer, Layer)
            x, _, _ = _layer(layer, x, related, hidden, cos, sin, (key[:, :length], value[:, :length]))
    context = torch.cat([read.context[first - 1][:, None], network.final(x.float())[:, :-1]], 1)
    there = tokens > 0
    found = torch.zeros(size, horizon)
    found[there] = _surprise(network, embedded, context[there], roles[there], tokens[there])
    return found.sum(1) - written


def _layer(
    layer: Layer,
    x: Tensor,
    related: Tensor,
    bias: Tensor,
    cos: Tensor,
    sin: Tensor,
    before: tuple[Tensor, Tensor] | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """``Layer.forward`` for tokens that also see ``before``, keys and values as written; and their own keys and values."""
    batch, last, width = x.shape
    mixed = layer.queries_keys_values(layer.before_attention(x).flatten(0, 1))
    q, k, v = mixed.view(batch, last, 3, layer.heads, width // layer.heads).permute(2, 0, 3, 1, 4).unbind(0)
    with torch.autocast("cpu", enabled=False):
        own_keys, own_values = rotate(k.float(), cos, sin), v.float()
        queries = rotate(q.float(), cos, sin)
        weight = (layer.relations @ related).view(batch, layer.heads, last, -1) + bias
        if before is None:
            attended = F.scaled_dot_product_attention(queries, own_keys, own_values, attn_mask=weight)
        else:
            # All rows see the same keys as written: one matrix product a head, instead of a copy of the keys a row.
            keys, values = before
            length, scale = keys.shape[1], 1 / math.sqrt(q.shape[-1])
            shared = queries.transpose(0, 1).flatten(1, 2)
            weight[..., :length] += scale * (shared @ keys.transpose(1, 2)).unflatten(
                1, (batch, last)
            ).transpose(0, 1)
            weight[..., length:] += scale * (queries @ own_keys.transpose(2, 3))
            weight = weight.softmax(-1)
            seen = weight[..., :length].transpose(0, 1).flatten(1, 2) @ values
            attended = seen.unflatten(1, (batch, last)).transpose(0, 1) + weight[..., length:] @ own_values
    y = x.flatten(0, 1) + layer.mixed(attended.transpose(1, 2).reshape(batch * last, width))
    y = y + layer.outer(F.relu(layer.inner(layer.before_inner(y))).square())
    return y.view(batch, last, width), own_keys, own_values
