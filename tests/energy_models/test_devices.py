"""What the network runs on: chosen from what there is, with a reason; batches from free memory. No GPU is needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstate_energy.devices import (
    CUDA,
    FEWEST_TOKENS,
    MOST_TOKENS,
    SHARE_OF_MEMORY,
    DeviceError,
    Gpu,
    batch_tokens,
    bytes_per_token,
    choose,
    visible,
)

CPU = "CPUExecutionProvider"
H100 = Gpu("NVIDIA H100 80GB HBM3", 81_559 << 20, 80_000 << 20)
LISTING = """\
0, GPU-aaaa, NVIDIA H100 80GB HBM3, 81559, 80000
1, GPU-bbbb, NVIDIA A10, 23028, 100
2, GPU-cccc, NVIDIA GH200, [N/A], [N/A]
"""


@pytest.mark.parametrize(
    ("wanted", "providers", "found", "half", "said"),
    [
        ("cpu", [CUDA, CPU], [H100], True, "cpu (as asked)"),
        ("auto", [CPU], [], True, "cpu (this ONNX Runtime has no CUDA)"),
        (
            "auto",
            [CPU],
            [H100],
            True,
            "cpu (this ONNX Runtime has no CUDA; install groundstate[gpu] in the place of groundstate[cpu])",
        ),
        ("auto", [CUDA, CPU], [], True, "cpu (no NVIDIA GPU is to be seen)"),
        (
            "auto",
            [CUDA, CPU],
            [H100],
            False,
            "cpu (the model package has no fp16 network; make one with `python -m groundstate_export.half MODEL --out "
            "FOLDER`, and take FOLDER as model)",
        ),
        ("auto", [CUDA, CPU], [H100], True, "cuda (NVIDIA H100 80GB HBM3, 80,000 of 81,559 MiB free)"),
        ("cuda", [CUDA, CPU], [H100], True, "cuda (NVIDIA H100 80GB HBM3, 80,000 of 81,559 MiB free)"),
    ],
)
def test_the_choice_says_why(
    wanted: str, providers: list[str], found: list[Gpu], half: bool, said: str
) -> None:
    choice = choose(wanted, providers, found, half=half)
    assert str(choice) == said
    assert (choice.gpu is None) == (choice.device == "cpu")


@pytest.mark.parametrize(
    ("providers", "found", "half", "said"),
    [
        ([CPU], [H100], True, "device cuda: this ONNX Runtime has no CUDA; install groundstate"),
        ([CUDA, CPU], [], True, "device cuda: no NVIDIA GPU is to be seen; see what nvidia-smi says"),
        ([CUDA, CPU], [H100], False, "device cuda: the model package has no fp16 network; make one with"),
    ],
)
def test_a_gpu_that_is_asked_for_and_cannot_be_is_an_error(
    providers: list[str], found: list[Gpu], half: bool, said: str
) -> None:
    with pytest.raises(DeviceError, match=said):
        choose("cuda", providers, found, half=half)


@pytest.mark.parametrize(
    ("allowed", "names"),
    [
        (None, ["NVIDIA H100 80GB HBM3", "NVIDIA A10"]),
        ("1,0", ["NVIDIA A10", "NVIDIA H100 80GB HBM3"]),
        ("GPU-bbbb", ["NVIDIA A10"]),
        ("0,7,1", ["NVIDIA H100 80GB HBM3"]),
        ("", []),
        ("-1", []),
    ],
)
def test_only_visible_gpus_count(allowed: str | None, names: list[str]) -> None:
    assert [gpu.name for gpu in visible(LISTING, allowed)] == names
    assert visible("No devices were found\n", allowed) == []


def test_the_memory_is_read_from_the_listing() -> None:
    assert visible(LISTING, "0") == [H100]


@given(st.integers(0, 200 << 30), st.integers(1, 1 << 20))
def test_a_batch_is_the_largest_that_fits(free: int, per_token: int) -> None:
    tokens = batch_tokens(free, per_token)
    assert FEWEST_TOKENS <= tokens <= MOST_TOKENS
    assert tokens & (tokens - 1) == 0
    assert tokens == FEWEST_TOKENS or tokens * per_token <= free * SHARE_OF_MEMORY
    assert tokens == MOST_TOKENS or 2 * tokens * per_token > free * SHARE_OF_MEMORY
    assert batch_tokens(free * 2, per_token) >= tokens


def test_longer_windows_take_more_memory() -> None:
    sizes = [bytes_per_token(width=256, inner=1024, heads=4, length=length) for length in (64, 128, 512)]
    assert sizes == sorted(set(sizes))
    # 512 tokens of the shipped network, 8 GiB free: tens of thousands of tokens.
    assert batch_tokens(8 << 30, sizes[-1]) == 32_768
