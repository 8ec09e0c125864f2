"""Losses: the vectorised forms equal what the formulas say, window by window."""

from __future__ import annotations

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from groundstate_energy.training.losses import MARGIN, Labels, energy_loss, segment_logsumexp

scores = st.floats(-30, 30, allow_nan=False, width=32)
windows = st.lists(st.lists(scores, min_size=1, max_size=6), min_size=1, max_size=5)


def _flat(groups: list[list[float]]) -> tuple[torch.Tensor, torch.Tensor]:
    values = torch.tensor([value for group in groups for value in group])
    segment = torch.tensor([number for number, group in enumerate(groups) for _ in group])
    return values, segment


@given(windows)
def test_free_energy_is_the_logarithm_of_one_plus_the_sum_of_exponentials(groups: list[list[float]]) -> None:
    values, segment = _flat(groups)
    found = segment_logsumexp(values, segment, len(groups), include_zero=True)
    expected = [torch.logsumexp(torch.tensor([0.0, *group]), 0).item() for group in groups]
    torch.testing.assert_close(found, torch.tensor(expected), rtol=1e-4, atol=1e-4)


@given(windows, st.data())
def test_the_loss_is_what_its_formulas_say(groups: list[list[float]], data: st.DataObject) -> None:
    values, segment = _flat(groups)
    sites = [data.draw(st.lists(st.integers(0, 2), min_size=len(g), max_size=len(g))) for g in groups]
    targets = [data.draw(st.integers(-1, len(group) - 1)) for group in groups]
    ranking = [target >= 0 and data.draw(st.booleans()) for target in targets]
    starts = [sum(map(len, groups[:number])) for number in range(len(groups))]
    labels = Labels(
        window=segment,
        site=torch.tensor([3 * number + site for number, own in enumerate(sites) for site in own]),
        target=torch.tensor([s + t if t >= 0 else -1 for s, t in zip(starts, targets, strict=True)]),
        ranking_only=torch.tensor(ranking),
        back=torch.full((len(groups),), -1),
    )
    loss = energy_loss(values, labels)
    contrast, repair = [], []
    for group, own, target, ranking_only in zip(groups, sites, targets, ranking, strict=True):
        if not ranking_only:
            true = group[target] if target >= 0 else 0.0
            contrast.append(_log_sum([0.0, *group]) - true)
        if target >= 0:
            at_site = [score for score, site in zip(group, own, strict=True) if site == own[target]]
            repair.append(_log_sum(at_site) - group[target])
    assert math.isclose(loss["contrast"].item(), sum(contrast) / max(len(contrast), 1), abs_tol=1e-3)
    assert math.isclose(loss["repair"].item(), sum(repair) / max(len(repair), 1), abs_tol=1e-3)
    assert torch.isfinite(loss["focal"])
    assert loss["focal"] >= 0
    assert loss["pair"] == 0


def test_a_pair_costs_less_the_further_the_fix_is_ahead_of_its_way_back() -> None:
    labels = Labels(
        window=torch.tensor([0, 1, 2]),
        site=torch.tensor([0, 1, 2]),
        target=torch.tensor([0, -1, 2]),
        ranking_only=torch.tensor([False, False, False]),
        back=torch.tensor([-1, 1, -1]),
    )
    cost = [
        energy_loss(torch.tensor([fix, back, 9.0]), labels)["pair"].item() for fix, back in ((3, -3), (1, 1))
    ]
    assert math.isclose(cost[0], math.log1p(math.exp(MARGIN - 6)), abs_tol=1e-5)
    assert math.isclose(cost[1], math.log1p(math.exp(MARGIN)), abs_tol=1e-5)


def test_gradients_pull_the_repair_down_and_everything_else_up() -> None:
    values = torch.tensor([0.0, 0.0, 0.0, 0.0], requires_grad=True)
    labels = Labels(
        window=torch.tensor([0, 0, 1, 1]),
        site=torch.tensor([0, 0, 1, 2]),
        target=torch.tensor([1, -1]),
        ranking_only=torch.tensor([False, False]),
        back=torch.tensor([-1, 2]),
    )
    sum(energy_loss(values, labels).values()).backward()
    assert values.grad is not None
    assert values.grad[1] < 0
    assert (values.grad[[0, 2, 3]] > 0).all()


def _log_sum(values: list[float]) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))
