"""The network as a GPU runs it, on the CPU: batches, bound values, graphs, too little memory; the same energies."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.energy_models.tiny import TEXTS
from tokenizers import Tokenizer

from groundstate_energy import scorer as scorer_module
from groundstate_energy.devices import CUDA, Gpu, batch_tokens, bytes_per_token
from groundstate_energy.encoding import (
    CONTEXT,
    MAX_LENGTH,
    RANK_INPUTS,
    READ_INPUTS,
    PieceTable,
    Window,
    collate,
    encode,
)
from groundstate_energy.features import FileStatistics, NameStatistics
from groundstate_energy.gpu_network import STEP, GpuNetwork, Runtime, batches
from groundstate_energy.minimiser import DECIMALS
from groundstate_energy.model_package import ModelPackage, ModelPackageError, load_model_package
from groundstate_energy.scorer import HalfNetwork, Scorer, gpu_network, half_network
from groundstate_export.half import GraphError, dequantised, write_half
from groundstate_grammars.python.parsed import parse


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ModelPackage:
    """The shipped package with the fp16 network that its int8 one stands for."""
    folder = tmp_path_factory.mktemp("half")
    shipped = load_model_package()
    assert shipped is not None
    write_half(shipped.folder, folder)
    loaded = load_model_package(folder)
    assert loaded is not None
    return loaded


@pytest.fixture(scope="module")
def windows(package: ModelPackage) -> list[Window]:
    names = NameStatistics(package.names, package.table)
    found: list[Window] = []
    for text in (*TEXTS, "\n".join(TEXTS)):
        file = parse(text.encode())
        statistics = FileStatistics(file, names)
        for unit in file.units:
            candidates = file.candidates.of(unit)
            if len(candidates):
                found += encode(statistics, unit, candidates)
    assert len(found) > 6
    return found


@pytest.fixture(scope="module")
def table(package: ModelPackage) -> PieceTable:
    return PieceTable(Tokenizer.from_file(str(package.tokenizer)))


@pytest.fixture(scope="module")
def half(package: ModelPackage) -> HalfNetwork:
    """The fp16 network."""
    return half_network(package, "cpu")


@pytest.fixture(scope="module")
def alone(half: HalfNetwork, windows: list[Window], table: PieceTable) -> list[Any]:
    """Energies of the fp16 network, each window by itself."""
    found = []
    for window in windows:
        inputs: dict[str, Any] = dict(collate([window], table))
        (inputs[CONTEXT],) = half.reader.run(None, {name: inputs[name] for name in READ_INPUTS})
        (scores,) = half.ranker.run(None, {name: inputs[name] for name in RANK_INPUTS})
        found.append(-scores)
    return found


@pytest.mark.parametrize("graphs", [False, True])
@pytest.mark.parametrize("tokens", [64, 512, 4096])
def test_energies_in_batches_are_those_alone(
    half: HalfNetwork,
    windows: list[Window],
    table: PieceTable,
    alone: list[Any],
    graphs: bool,
    tokens: int,
) -> None:
    network = gpu_network(replace(half, graphs=graphs), table, tokens)
    for _ in range(2):
        for gaps, expected in zip(network.gaps(windows), alone, strict=True):
            np.testing.assert_allclose(gaps, expected, atol=0.03)
            # Ranked by rounded energy, as the minimiser does, the best edit is the same or as good.
            best = int(np.round(gaps, DECIMALS).argmin())
            assert expected[best] <= expected.min() + 0.06
    assert (network.captured > 0) == graphs


def test_the_fp16_network_has_about_the_energies_of_the_int8_one(
    package: ModelPackage, windows: list[Window], alone: list[Any]
) -> None:
    """The weights are the same numbers; what differs is that int8 activations are rounded."""
    int8 = Scorer(package, "cpu", 1, remembers=False).gaps(windows)
    difference = np.abs(np.concatenate(int8) - np.concatenate(alone))
    assert difference.mean() < 0.1
    assert difference.max() < 1.0


def test_a_graph_of_another_kind_is_refused(package: ModelPackage) -> None:
    model = onnx.load(str(package.network[0]))
    for node in model.graph.node:
        if node.op_type == "Cast":
            node.op_type = "Identity"
            del node.attribute[:]
    assert dequantised(onnx.load(str(package.network[0]))).graph.node
    product = next(node for node in model.graph.node if node.op_type == "MatMulInteger")
    product.output[0] = "nothing reads this"
    with pytest.raises(GraphError, match="not a product of quantize_dynamic"):
        dequantised(model)


class FakeSession:
    """Counts tokens and candidates; what it lacks is set by a test."""

    def __init__(self, most_tokens: int = 1 << 30) -> None:
        self.most_tokens = most_tokens
        self.graphs: list[int] = []
        self.no_graphs = False
        self.busy = threading.Event()
        self.go_on: threading.Event | None = None

    def io_binding(self) -> Any:
        bound: dict[str, Any] = {}
        binding = SimpleNamespace(
            bound=bound,
            bind_cpu_input=bound.__setitem__,
            bind_ortvalue_input=lambda name, value: bound.__setitem__(name, value.array),
            bind_output=lambda name, device: None,
            bind_ortvalue_output=lambda name, value: bound.__setitem__("out", value),
        )
        binding.get_outputs = lambda: [SimpleNamespace(array=binding.found)]
        binding.copy_outputs_to_cpu = lambda: [binding.found]
        return binding

    def run_with_iobinding(self, binding: Any, options: Any = None) -> None:
        if "candidate_at" in binding.bound:
            binding.found = binding.bound["features"].sum(1)
            return
        tokens = binding.bound["tokens"]
        if options is not None:
            self.graphs.append(options)
            if options >= 0 and self.no_graphs:
                raise RuntimeError("this graph cannot be captured")
        if tokens.size > self.most_tokens:
            raise RuntimeError("BFCArena::AllocateRawInternal Failed to allocate memory")
        self.busy.set()
        if self.go_on is not None:
            assert self.go_on.wait(20)
        binding.found = tokens.astype(np.float32)


class FakeValue:
    def __init__(self, shape: Sequence[int], kind: type) -> None:
        self.array = np.zeros(shape, kind)

    def update_inplace(self, array: Any) -> None:
        self.array[:] = array


def fake(session: FakeSession, table: PieceTable, tokens: int, graphs: bool) -> GpuNetwork:
    runtime = Runtime("cpu", FakeValue, lambda number: number)
    return GpuNetwork(session, session, table, runtime, width=8, tokens=tokens, graphs=graphs)


def expected_of(windows: Sequence[Window]) -> Iterator[Any]:
    return (-window.features.sum(1) for window in windows)


def test_too_little_memory_makes_batches_smaller(windows: list[Window], table: PieceTable) -> None:
    session = FakeSession(most_tokens=4_096)
    network = fake(session, table, 16_384, graphs=False)
    many = windows * 40
    for gaps, expected in zip(network.gaps(many), expected_of(many), strict=True):
        np.testing.assert_allclose(gaps, expected, rtol=1e-5, atol=1e-5)
    assert network.tokens <= 8_192
    session.most_tokens = 1
    with pytest.raises(RuntimeError, match="Failed to allocate"):
        network.gaps(windows)


def test_only_shapes_that_repeat_are_captured(windows: list[Window], table: PieceTable) -> None:
    session = FakeSession()
    network = fake(session, table, 512, graphs=True)
    same = [windows[0]] * 32
    network.gaps(same)
    assert session.graphs[0] == -1
    assert network.captured == len(session.graphs) - 1 > 0
    assert len(set(session.graphs[1:])) == 1


def test_where_graphs_fail_the_rest_goes_on_without(windows: list[Window], table: PieceTable) -> None:
    session = FakeSession()
    session.no_graphs = True
    network = fake(session, table, 512, graphs=True)
    same = [windows[0]] * 32
    for gaps, expected in zip(network.gaps(same), expected_of(same), strict=True):
        np.testing.assert_allclose(gaps, expected, rtol=1e-5, atol=1e-5)
    assert not network.graphs
    assert network.captured == 0


def test_the_next_batch_is_prepared_while_one_is_computed(windows: list[Window], table: PieceTable) -> None:
    session = FakeSession()
    session.go_on = threading.Event()
    network = fake(session, table, 512, graphs=False)
    collated = network.collated

    def seen(some: Sequence[Window]) -> Any:
        inputs = collated(some)
        if session.busy.is_set() and session.go_on is not None:
            session.go_on.set()  # only once something else was prepared does the first computation end
        return inputs

    network.collated = seen  # type: ignore[method-assign]  # it tells when it is called
    network.gaps([windows[0]] * 32)
    assert session.go_on.is_set()


@given(st.lists(st.integers(1, 512), max_size=60), st.sampled_from([64, 512, 4_096, 65_536]))
def test_every_window_is_in_one_batch_that_fits(lengths: list[int], tokens: int) -> None:
    found = batches(lengths, tokens)
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    for batch in found:
        padded = -(-max(lengths[i] for i in batch) // STEP) * STEP
        assert len(batch) == 1 or len(batch) * padded <= tokens


@pytest.fixture
def with_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime says that it has CUDA, and there is a GPU, which it then cannot use."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, "CPUExecutionProvider"])
    monkeypatch.setattr(scorer_module, "gpus", lambda: [Gpu("A card", 8 << 30, 6 << 30)])


@pytest.mark.usefixtures("with_cuda")
@pytest.mark.filterwarnings("ignore::UserWarning")  # ONNX Runtime's own, that there is no such provider
def test_a_gpu_that_cannot_be_started_leaves_the_cpu(package: ModelPackage, windows: list[Window]) -> None:
    scorer = Scorer(package, "auto", 1, remembers=False)
    assert scorer.device == "cpu"
    assert scorer.choice.instead
    assert str(scorer.choice).startswith("cpu (CUDA cannot be started: ")
    expected = Scorer(package, "cpu", 1, remembers=False).gaps(windows[:2])
    for found, wanted in zip(scorer.gaps(windows[:2]), expected, strict=True):
        assert found.tolist() == wanted.tolist()
    with pytest.raises(ModelPackageError, match="cannot load the network"):
        Scorer(package, "cuda", 1)


@pytest.mark.usefixtures("with_cuda")
def test_a_scorer_on_a_gpu_remembers_as_on_the_cpu(
    package: ModelPackage,
    windows: list[Window],
    alone: list[Any],
    half: HalfNetwork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scorer_module, "half_network", lambda package, device: half)
    made: list[int] = []

    def noted(network: HalfNetwork, table: PieceTable, tokens: int) -> GpuNetwork:
        made.append(tokens)
        return gpu_network(network, table, tokens)

    monkeypatch.setattr(scorer_module, "gpu_network", noted)
    scorer = Scorer(package, "auto", 0)
    assert str(scorer.choice) == "cuda (A card, 6,144 of 8,192 MiB free)"
    assert made == [batch_tokens(6 << 30, bytes_per_token(width=256, inner=1024, heads=4, length=MAX_LENGTH))]
    first, again = scorer.gaps(windows), scorer.gaps(windows)
    for gaps, same, expected in zip(first, again, alone, strict=True):
        assert same.tolist() == gaps.tolist()
        np.testing.assert_allclose(gaps, expected, atol=0.03)


def test_the_package_says_so(package: ModelPackage, tmp_path: Path) -> None:
    assert package.half_network is not None
    shipped = load_model_package()
    assert shipped is not None
    assert package.hash != shipped.hash
    assert package.calibration == shipped.calibration
