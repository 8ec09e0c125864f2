"""The learned term: an encoder over the lexical tokens of a window and a score for every candidate edit, in one pass.

``E(as written) ≡ 0`` and ``ΔE(edit) = −score``. A token's embedding is the mean of its subword pieces plus that of its
role; the encoder is a pre-norm transformer with rotary positions (Su et al. 2021). A site is its contextual and its input
embedding; a candidate is the contextual embedding of an occurrence in the unit where it has one, and its input embedding.
The score is how much better the candidate matches the site than the text as written does (a bilinear match each), and a
small network over both, the rule and the usage features.

Attention has a learned bias for each relation between two tokens (compare GREAT, Hellendoorn et al. 2020): same text, same
text before, same text after, same text on both sides. The last three say "this stood in the same place elsewhere", which
a transformer otherwise finds in two layers and only after long training (induction heads, Olsson et al. 2022).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from groundstate_energy.encoding import MAX_LENGTH, ROLES
from groundstate_energy.features import FEATURE_COUNT
from groundstate_grammars.rules import SOFT_RULES

RULE_COUNT = len(SOFT_RULES)
RELATIONS = 4
"""Relations between two tokens that attention has a bias for."""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Sizes of the network. ``pieces``: rows of the subword table, padding included."""

    pieces: int = 16_001
    width: int = 256
    layers: int = 4
    heads: int = 4
    inner: int = 1024
    scorer: int = 128
    dropout: float = 0.0

    @classmethod
    def from_name(cls, name: str) -> NetworkConfig:
        """A preset: ``tiny`` (tests), ``small`` (a CPU trains it), ``full`` (a GPU does)."""
        presets = {
            "tiny": cls(width=32, layers=2, heads=2, inner=64, scorer=32),
            "small": cls(),
            "full": cls(width=384, layers=6, heads=6, inner=1536, scorer=256, dropout=0.05),
        }
        if name not in presets:
            raise ValueError(f"no network preset {name!r}: one of {', '.join(presets)}")
        return presets[name]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def rotary_table(length: int, width: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of rotary positions, each ``(length, width)``."""
    frequency = 10_000 ** (-torch.arange(0, width, 2).float() / width)
    angle = torch.arange(length).float()[:, None] * frequency[None, :]
    angle = torch.cat([angle, angle], -1)
    return angle.cos(), angle.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Apply rotary positions to ``x`` of shape (batch, heads, length, width)."""
    left, right = x.chunk(2, -1)
    return x * cos + torch.cat([-right, left], -1) * sin


def rows(table: Tensor, index: Tensor) -> Tensor:
    """``table[index]`` along the first axis; its gradient is several times faster than that of indexing on a CPU."""
    return table.index_select(0, index)


class Layer(nn.Module):
    """A pre-norm transformer layer with a squared-ReLU network (So et al. 2021: as good as GELU, a fifth of its cost here).

    Attention is written out, not called: with a bias that has a gradient torch's own takes a path that is two times slower
    in fp32, and this one runs in bf16.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.before_attention = nn.LayerNorm(config.width)
        self.queries_keys_values = nn.Linear(config.width, 3 * config.width)
        self.mixed = nn.Linear(config.width, config.width)
        self.relations = nn.Parameter(torch.zeros(config.heads, RELATIONS))
        self.before_inner = nn.LayerNorm(config.width)
        self.inner = nn.Linear(config.width, config.inner)
        self.outer = nn.Linear(config.inner, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, related: Tensor, bias: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """``x``: (batch, length, width); ``related``: (RELATIONS, batch · length · length) of 0 and 1;
        ``bias``: (batch, 1, length), very negative at padding. The last four are of the type that attention computes in."""
        batch, length, width = x.shape
        inside = width // self.heads
        mixed = self.queries_keys_values(self.before_attention(x))
        q, k, v = mixed.view(batch, length, 3, self.heads, inside).permute(2, 3, 0, 1, 4).unbind(0)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        with torch.autocast(x.device.type, enabled=False):
            likes = (self.relations.to(related.dtype) @ related).view(self.heads, batch, length, length)
            logits = (q * inside**-0.5) @ k.transpose(-1, -2) + likes + bias
            attended = logits.softmax(-1) @ v
        attended = attended.permute(1, 2, 0, 3).reshape(batch, length, width)
        x = x + self.dropout(self.mixed(attended))
        return x + self.dropout(self.outer(F.relu(self.inner(self.before_inner(x))).square()))


class Network(nn.Module):
    """Scores of all candidates of a batch of windows; inputs as in ``groundstate_energy.encoding.INPUTS``."""

    cos: Tensor
    sin: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.mixed = False
        """Whether the encoder computes in bf16; the scorer never does: its shapes change with every batch, and each new
        shape costs a bf16 kernel on a CPU a compilation."""
        width, scorer = config.width, config.scorer
        self.pieces = nn.Embedding(config.pieces, width, padding_idx=0)
        self.roles = nn.Embedding(ROLES, width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.final = nn.LayerNorm(width)
        self.site_context = nn.Linear(2 * width, 2 * scorer)
        self.site_input = nn.Linear(width, 2 * scorer, bias=False)
        self.site_rule = nn.Embedding(RULE_COUNT, 2 * scorer)
        self.candidate_context = nn.Linear(width, 2 * scorer, bias=False)
        self.candidate_input = nn.Linear(width, 2 * scorer, bias=False)
        self.absent = nn.Parameter(torch.zeros(2 * scorer))
        self.observed = nn.Linear(FEATURE_COUNT, scorer)
        self.matched = nn.Parameter(torch.zeros(scorer))
        self.hidden = nn.Linear(scorer, scorer)
        self.score = nn.Linear(scorer, 1)
        cos, sin = rotary_table(MAX_LENGTH + 64, width // config.heads)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.apply(self._initialise)
        nn.init.zeros_(self.score.weight)

    @staticmethod
    def _initialise(module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.05)

    def attention_bias(self, tokens: Tensor) -> Tensor:
        """What is added to attention logits, (batch, 1, length): very negative at padding."""
        return ((tokens == 0).float() * -30_000.0)[:, None, :]

    @staticmethod
    def related(tokens: Tensor) -> Tensor:
        """Relations of every pair of tokens, (RELATIONS, batch · length · length), 0 or 1."""

        def equal(text: Tensor) -> Tensor:
            return text[:, :, None] == text[:, None, :]

        nothing = torch.zeros_like(tokens[:, :1])
        before = equal(torch.cat([nothing, tokens[:, :-1]], 1))
        after = equal(torch.cat([tokens[:, 1:], nothing], 1))
        return torch.stack([equal(tokens), before, after, before & after]).flatten(1).float()

    def embed(self, pieces: Tensor) -> Tensor:
        """Input embedding of each row of the text table: the mean of its pieces, (texts, width)."""
        present = (pieces != 0).to(self.pieces.weight.dtype)
        return self.pieces(pieces).sum(1) / present.sum(1, keepdim=True).clamp(min=1)

    def encode(self, embedded: Tensor, tokens: Tensor, roles: Tensor) -> Tensor:
        """Contextual embeddings, (batch, length, width). ``embedded``: input embedding of each row of the text table."""
        x = rows(embedded, tokens.flatten()).view(*tokens.shape, -1) + self.roles(roles)
        inside = torch.bfloat16 if self.mixed else x.dtype
        bias = self.attention_bias(tokens).to(inside)
        related = self.related(tokens).to(inside)
        length = tokens.shape[1]
        cos, sin = self.cos[:length].to(inside), self.sin[:length].to(inside)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.mixed):
            for layer in self.layers:
                x = layer(x, related, bias, cos, sin)
        return self.final(x.float())

    def forward(
        self,
        pieces: Tensor,
        tokens: Tensor,
        roles: Tensor,
        site_at: Tensor,
        site_other: Tensor,
        site_text: Tensor,
        site_rule: Tensor,
        candidate_site: Tensor,
        candidate_text: Tensor,
        candidate_at: Tensor,
        features: Tensor,
    ) -> Tensor:
        """Scores of the candidates, ``(candidates,)``: minus the learned energy gap, in nats."""
        context = self.read(pieces, tokens, roles)
        return self.rank(
            pieces,
            context,
            site_at,
            site_other,
            site_text,
            site_rule,
            candidate_site,
            candidate_text,
            candidate_at,
            features,
        )

    def read(self, pieces: Tensor, tokens: Tensor, roles: Tensor) -> Tensor:
        """The part of ``forward`` that sees no candidate: contextual embeddings, (batch · length, width)."""
        return self.encode(self.embed(pieces), tokens, roles).flatten(0, 1)

    def rank(
        self,
        pieces: Tensor,
        context: Tensor,
        site_at: Tensor,
        site_other: Tensor,
        site_text: Tensor,
        site_rule: Tensor,
        candidate_site: Tensor,
        candidate_text: Tensor,
        candidate_at: Tensor,
        features: Tensor,
    ) -> Tensor:
        """The part of ``forward`` after ``read``: scores of the candidates, ``(candidates,)``."""
        embedded = self.embed(pieces)
        site = (
            self.site_context(torch.cat([rows(context, site_at), rows(context, site_other)], -1))
            + rows(self.site_input(embedded), site_text)
            + self.site_rule(site_rule)
        )
        # Halves are split, and the row for "does not occur" is put first, before rows are drawn: there are several times
        # more candidates than sites, texts or tokens.
        occurrences = torch.cat([self.absent[None], self.candidate_context(context)])
        texts = self.candidate_input(embedded)
        at = candidate_at + 1
        scale = 1 / math.sqrt(self.config.scorer)
        site_match, site_mix = site.chunk(2, -1)
        at_match, at_mix = occurrences.chunk(2, -1)
        text_match, text_mix = texts.chunk(2, -1)
        written = (site_match * rows(text_match, site_text)).sum(-1) * scale
        candidate = rows(text_match, candidate_text) + rows(at_match, at)
        match = (rows(site_match, candidate_site) * candidate).sum(-1) * scale - rows(written, candidate_site)
        mix = F.gelu(
            rows(site_mix, candidate_site)
            + rows(at_mix, at)
            + rows(text_mix, candidate_text)
            + self.observed(features)
            + match[:, None] * self.matched,
            approximate="tanh",
        )
        return match + self.score(F.gelu(self.hidden(mix), approximate="tanh")).squeeze(-1)

    def denoise(self, pieces: Tensor, tokens: Tensor, roles: Tensor, at: Tensor) -> Tensor:
        """How well each row of ``pieces`` matches the flat positions ``at``: logits, (positions, texts).

        The match of site and text that ``forward`` uses, without a rule.
        """
        embedded = self.embed(pieces)
        context = rows(self.encode(embedded, tokens, roles).flatten(0, 1), at)
        seen = rows(tokens.flatten(), at)
        site = self.site_context(torch.cat([context, context], -1)) + rows(self.site_input(embedded), seen)
        width = self.config.scorer
        texts = self.candidate_input(embedded)
        return site[:, :width] @ texts[:, :width].T / math.sqrt(width)


class UsageTerm(nn.Module):
    """The usage term's scores: one linear map of the features for each rule."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(RULE_COUNT, FEATURE_COUNT))
        self.bias = nn.Parameter(torch.full((RULE_COUNT,), -5.0))

    def forward(self, features: Tensor, rule: Tensor) -> Tensor:
        """Scores ``(candidates,)`` from ``features`` (candidates, FEATURE_COUNT) and the ``rule`` of each candidate."""
        return F.linear(features, self.weight, self.bias).gather(1, rule.long()[:, None]).squeeze(1)
