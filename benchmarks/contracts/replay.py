"""What CPython says about a call of a function with a contract: the ground truth of tests and benchmarks.

The programs that are run here are this repository's own. Nothing that groundstate reads for a user is ever run.
"""

from __future__ import annotations

import copy
import inspect
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, FunctionContracts
from groundstate_grammars.python.contracts.definitions import STAR_EXPORTS
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import parse

_MOST_LINES = 5_000

_LIBRARIES = (
    *("icontract", "deal", "annotated_types", "hypothesis", "hypothesis.strategies"),
    *("nagini_contracts", "nagini_contracts.contracts"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``verdict``: ``holds``, ``violated``, ``outside`` (arguments that the contract does not allow) or ``endless``.

    ``line``: one-based, of the clause that failed or the statement that raised. ``error``: what was raised, or empty.
    """

    verdict: str
    line: int = 0
    error: str = ""


class Endless(BaseException):
    """A call that takes more steps than a small example may."""

    def __repr__(self) -> str:
        return "Endless()"


class Program:
    """One file's text, ready to be run again and again from a fresh module."""

    def __init__(self, text: str, name: str = "program") -> None:
        self.text = text
        self.name = name
        data = text.encode()
        self._data = data
        self._code = compile(text, name, "exec", dont_inherit=True)
        self.contracts = {item.qualname: item for item in read_contracts(parse(data).flat)}

    def module(self) -> dict[str, Any]:
        """A fresh namespace in which the program has run; the contract libraries do nothing in it."""
        namespace: dict[str, Any] = {"__name__": self.name}
        hidden = {library: sys.modules.get(library) for library in _LIBRARIES}
        try:
            for library in _LIBRARIES:
                sys.modules[library] = _Library(library)
            exec(self._code, namespace)  # noqa: S102 - a program of this repository
        finally:
            for library, module in hidden.items():
                if module is None:
                    del sys.modules[library]
                else:
                    sys.modules[library] = module
        return namespace

    def line(self, offset: int) -> int:
        return self._data.count(b"\n", 0, offset) + 1

    def call(
        self, qualname: str, arguments: Mapping[str, Any], namespace: dict[str, Any] | None = None
    ) -> Outcome:
        """Call a function, named arguments given, and check each clause of its contract.

        ``namespace``: a module to reuse, where calls leave nothing behind.
        """
        namespace = self.module() if namespace is None else namespace
        return self._checked(namespace, qualname, namespace[qualname], arguments)

    def call_in_order(
        self, qualname: str, values: Sequence[Any], receiver: tuple[str, Sequence[Any]] | None = None
    ) -> Outcome:
        """The same with one value for each parameter; values that are one object stay one.

        ``receiver``: of a method whose object matters: its class and the arguments of the constructor. Then ``values``
        are those of the other parameters; else of a method the first is not looked at.
        """
        namespace = self.module()
        holder, _, name = qualname.rpartition(".")
        if not holder:
            function = namespace[qualname]
        else:
            function = inspect.getattr_static(namespace[holder], name)
            function = function.fget if isinstance(function, property) else function
            function = function.__func__ if isinstance(function, staticmethod) else function
        names = inspect.signature(function).parameters
        copied = copy.deepcopy(tuple(values))
        if receiver is not None:
            copied = (namespace[receiver[0]](*copy.deepcopy(tuple(receiver[1]))), *copied)
        elif holder and next(iter(names), "") == "self":
            copied = (object.__new__(namespace[holder]), *copied[1:])
        given = dict(zip(names, copied, strict=True))
        return self._checked(namespace, qualname, function, given)

    def run(self, qualname: str, statements: str) -> list[Outcome]:
        """Run statements that call ``qualname``, checking its contract at each call; one outcome for each."""
        namespace = self.module()
        outcomes: list[Outcome] = []
        holder, _, name = qualname.rpartition(".")
        owner: Any = namespace if not holder else namespace[holder]
        original = owner[name] if not holder else getattr(owner, name)

        def watched(*positional: Any, **named: Any) -> Any:
            bound = _bind(original, positional, named)
            result: list[Any] = []
            outcomes.append(self._checked(namespace, qualname, original, bound, result))
            return result[0] if result else None

        watched.__wrapped__ = original  # type: ignore[attr-defined]  # a function takes attributes
        if holder:
            setattr(owner, name, watched)
        else:
            namespace[name] = watched
        exec(statements, namespace)  # noqa: S102 - a test of this repository
        return outcomes

    def _checked(
        self,
        namespace: dict[str, Any],
        qualname: str,
        function: Callable[..., Any],
        arguments: Mapping[str, Any],
        returned: list[Any] | None = None,
    ) -> Outcome:
        contract = self.contracts.get(qualname, FunctionContracts(0, qualname, -1, ()))
        given = dict(arguments)
        for clause in contract.clauses:
            if clause.kind in (ClauseKind.REQUIRES, ClauseKind.DOMAIN) and clause.statement is None:
                try:
                    holds = clause.expression is None or self._value(namespace, clause, given, {})
                except Exception:
                    holds = False
                if not holds:
                    return Outcome("outside", self.line(clause.start))
        invariants = [clause for clause in contract.clauses if clause.kind is ClauseKind.INVARIANT]
        for clause in invariants if qualname.rpartition(".")[2] != "__init__" else ():
            try:
                holds = self._value(namespace, clause, given, {})
            except Exception:
                holds = False
            if not holds:
                return Outcome("outside", self.line(clause.start))
        old: dict[Clause, types.SimpleNamespace] = {}
        for clause in contract.clauses:
            if clause.old:
                old[clause] = types.SimpleNamespace()
                for item in clause.snapshots:
                    bound = {name: given[at] for name, at in item.arguments}
                    value = _evaluate(namespace, item.expression.text, bound)
                    setattr(old[clause], item.name, copy.deepcopy(value) if item.is_copy else value)
        try:
            result = _call(function, given)
        except Endless as error:
            return Outcome("endless", 0, repr(error))
        except Exception as error:
            return self._raised(contract, error)
        if returned is not None:
            returned.append(result)
        for clause in contract.clauses:
            if clause.kind not in (ClauseKind.ENSURES, ClauseKind.INVARIANT) or clause.statement is not None:
                continue
            names = {clause.result: result} if clause.result else {}
            if clause.old:
                names[clause.old] = old[clause]
            try:
                holds = self._value(namespace, clause, given, names)
            except Exception as error:
                return Outcome("violated", self.line(clause.start), repr(error))
            if not holds:
                return Outcome("violated", self.line(clause.start))
        return self._examples(namespace, contract, function)

    def _examples(
        self, namespace: dict[str, Any], contract: FunctionContracts, function: Callable[..., Any]
    ) -> Outcome:
        for clause in contract.clauses:
            if clause.kind is not ClauseKind.EXAMPLE or clause.expression is None or clause.exceptions:
                continue
            scope = {**namespace, contract.qualname: function}
            for statement in clause.setup:
                exec(statement, scope)  # noqa: S102 - a program of this repository
            if repr(_evaluate(scope, clause.expression.text, {})) != clause.expected:
                return Outcome("violated", self.line(clause.start))
        return Outcome("holds")

    def _raised(self, contract: FunctionContracts, error: Exception) -> Outcome:
        lines = []
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.name:
                lines.append((trace.tb_frame.f_code.co_qualname, trace.tb_lineno))
            trace = trace.tb_next
        own = [line for name, line in lines if name == contract.qualname]
        line = own[-1] if own else 0
        deepest_is_own = bool(lines) and lines[-1][0] == contract.qualname
        if deepest_is_own:
            for clause in contract.clauses:
                if clause.kind is ClauseKind.REQUIRES and clause.statement is not None:
                    first, last = (self.line(offset) for offset in clause.statement)
                    if first <= line <= last and len(own) == 1:
                        return Outcome("outside", line, repr(error))
        raises = [clause for clause in contract.clauses if clause.kind is ClauseKind.RAISES]
        allowed = {name for clause in raises for name in clause.exceptions}
        if raises and any(base.__name__ in allowed for base in type(error).__mro__):
            return Outcome("holds", line, repr(error))
        return Outcome("violated", line, repr(error))

    def _value(
        self, namespace: dict[str, Any], clause: Clause, given: Mapping[str, Any], names: Mapping[str, Any]
    ) -> bool:
        assert clause.expression is not None
        bound = {name: given[parameter] for name, parameter in clause.arguments}
        return bool(_evaluate(namespace, clause.expression.text, {**bound, **names}))


def _evaluate(namespace: dict[str, Any], text: str, names: Mapping[str, Any]) -> Any:
    return eval(f"({text}\n)", {**namespace, **names})  # noqa: S307 - an expression of this repository


def _bind(
    function: Callable[..., Any], positional: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Arguments by parameter; a starred parameter has its tuple."""
    bound = inspect.signature(function).bind(*positional, **named)
    bound.apply_defaults()
    return dict(bound.arguments)


def _call(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call with every argument in its place; a generator is run to its end."""
    code: types.CodeType = function.__code__  # of functions written in Python
    count = code.co_argcount
    names = code.co_varnames
    positional = [given[name] for name in names[:count] if name in given]
    keyword = {name: given[name] for name in names[count : count + code.co_kwonlyargcount] if name in given}
    starred = count + code.co_kwonlyargcount
    if code.co_flags & 0x04:
        positional.extend(given.get(names[starred], ()))
    left = _MOST_LINES

    def step(frame: types.FrameType, event: str, argument: object) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Endless
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        result = function(*positional, **keyword)
        return list(result) if isinstance(result, types.GeneratorType) else result
    finally:
        sys.settrace(before)


class _Inert:
    """Stands for whatever a contract library would give: called, compared or used as a decorator, it does nothing."""

    def __call__(self, *positional: Any, **named: Any) -> Any:
        if len(positional) == 1 and not named and isinstance(positional[0], type | types.FunctionType):
            if positional[0].__name__ != "<lambda>":
                return positional[0]
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def _same(self, *others: Any) -> Any:
        return self

    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = _same
    __rmul__ = __mod__ = __floordiv__ = __truediv__ = __or__ = __and__ = __getitem__ = __neg__ = _same

    def __iter__(self) -> Any:
        return iter(())


class _Library(types.ModuleType):
    """A contract library in which every name is inert."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        if name == "nagini_contracts.contracts":
            self.__all__ = sorted(STAR_EXPORTS[name])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Inert()
