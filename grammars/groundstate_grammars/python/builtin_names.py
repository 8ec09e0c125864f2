"""Names that Python defines without the text saying so."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BUILTINS: Final = _words(
    """
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception
    ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError
    ImportCycleError ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError
    KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented
    NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError
    PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning
    StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError True
    TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError
    UnicodeWarning UserWarning ValueError VMSError Warning WindowsError ZeroDivisionError
    abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex
    copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozendict frozenset getattr
    globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max memoryview
    min next object oct open ord pow print property quit range repr reversed round sentinel set setattr slice sorted
    staticmethod str sum super tuple type vars zip
    """
)
"""Builtins of every Python 3 so far, on every platform, with those that ``site`` adds."""

MODULE_NAMES: Final = _words(
    """
    __annotate__ __annotations__ __build_class__ __builtins__ __cached__ __conditional_annotations__ __debug__ __dict__
    __doc__ __file__ __import__ __loader__ __name__ __package__ __path__ __spec__ __warningregistry__
    """
)
"""Names that every module may read without binding them."""

CLASS_NAMES: Final = frozenset(
    (
        "__annotations__",
        "__class__",
        "__classcell__",
        "__classdict__",
        "__firstlineno__",
        "__module__",
        "__qualname__",
    )
)
"""Names that a class body may read without binding them."""

HOST_NAMES: Final = _words(
    "_ __IPYTHON__ display get_ipython ngettext npgettext pgettext profile reveal_locals reveal_type"
)
"""Names that a host installs as builtins: gettext's, IPython's, kernprof's, type checkers'."""

PYTHON2_BUILTINS: Final = _words(
    """
    StandardError apply basestring buffer cmp coerce execfile file intern long raw_input reduce reload unichr unicode
    xrange
    """
)
"""Builtins that Python 3 dropped; code for both versions reads them behind a condition."""
