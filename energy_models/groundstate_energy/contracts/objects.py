"""Objects to call methods on: what the constructor of their class makes of small arguments, and nothing else.

A method is proved for all values of its object's fields that the class's invariants allow; it is refuted only by an object
that a program can make.
"""

from __future__ import annotations

from collections.abc import Iterable

from groundstate_energy.contracts import core, values
from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.interpreter import UNSET, Compiled, Frame
from groundstate_energy.contracts.values import Exhausted, NotModelled, Violated

State = tuple[object, ...]
"""The fields of an object, in the order of ``Receiver.fields``."""

_FUEL = 500
_MOST = 40
_MOST_TRIED = 200


class Objects:
    """Objects for the method of a program.

    Args:
        arguments: of the constructor, the simple ones first.
    """

    def __init__(self, program: core.Program, receiver: core.Receiver, arguments: Iterable[State]) -> None:
        self.receiver = receiver
        self.constructor = program.functions[receiver.constructor]
        self._compiled = Compiled(program, receiver.constructor)
        self._places = [self._compiled.slot(name) for name in receiver.fields]
        self._made: dict[str, tuple[State, State]] = {}  # arguments, and what they make
        for tried, given in enumerate(arguments):
            if tried >= _MOST_TRIED or len(self._made) >= _MOST:
                break
            self._add(given)

    def _add(self, given: State) -> None:
        """Make an object of ``given``, where the constructor makes one."""
        compiled = self._compiled
        copy = values.copied(given)
        assert isinstance(copy, tuple)
        compiled.refuel(_FUEL)
        try:
            frame = compiled.frame(copy)
            if not self._hold("entry", frame) or compiled.run(frame).exception:
                return
            if not self._hold("return", frame):
                return
        except (Exhausted, NotModelled, Violated, Unmodelled):
            return
        state = tuple(frame[place] for place in self._places)
        if any(value is UNSET for value in state):
            return
        self._made.setdefault(repr(state), (given, state))

    @property
    def states(self) -> list[State]:
        """The fields of each object, those of simple arguments first."""
        return [state for _, state in self._made.values()]

    def _hold(self, moment: str, frame: Frame) -> bool:
        """Whether what the constructor promises or needs at a moment holds; what raises does not."""
        compiled = self._compiled
        try:
            return all(
                compiled.holds(item.index, frame)
                for item in self.constructor.conditions
                if item.moment == moment and item.expression is not None
            )
        except Unmodelled:
            raise
        except Exception:
            return False

    def made_by(self, state: State) -> State | None:
        """Arguments of the constructor that make an object with these fields; None where none are known.

        Where none made it so far, those are tried that have the names of the fields.
        """
        if repr(state) not in self._made:
            held = dict(zip(self.receiver.fields, state, strict=True))
            known = next((given for given, _ in self._made.values()), ())
            given: list[object] = []
            for place, parameter in enumerate(self.constructor.parameters):
                for name in (f"self.{parameter.name}", f"self._{parameter.name}"):
                    if name in held:
                        given.append(held[name])
                        break
                else:
                    given.append(known[place] if place < len(known) else None)
            self._add(tuple(given))
        found = self._made.get(repr(state))
        return found[0] if found is not None else None

    def state_like(self, state: State) -> State:
        """The fields of the object that ``made_by`` tells of, as the constructor left them."""
        return self._made[repr(state)][1]

    def positional(self, given: State) -> State:
        """The arguments without the object itself."""
        pairs = zip(self.constructor.parameters, given, strict=True)
        return tuple(
            value for parameter, value in pairs if parameter.type is None or parameter.type.name != "self"
        )

    def written(self, given: State) -> str:
        """The call of the constructor as a person writes it."""
        parts = [
            f"{parameter.name}={values.shown(value)}" if parameter.keyword_only else values.shown(value)
            for parameter, value in zip(self.constructor.parameters, given, strict=True)
            if parameter.type is None or parameter.type.name != "self"
        ]
        return f"{self.receiver.owner}({', '.join(parts)})"
