"""The project symbol index: modules, classes and functions by name, read from our own trees, never imported.

It answers only what is certain. A function that is rebound, conditional or decorated by something unknown is there
without a signature to rely on (``Function.is_certain``); a class into which attributes may come that the text does
not show is open (``Class.open_because``).

Why not griffe: its visitor takes about 7 ms for 1,000 lines (Python 3.11, ``typing``, ``argparse``, ``inspect``, …)
and our trees, which the files under analysis already have, about 10. But it parses with the ``ast`` of the running
interpreter, so a newer or older file gives nothing; it keeps the last definition of a name where we must know that
there were two or that one was conditional; and it would add a dependency to the linter's start.

Python's search path is read from the layout of the interpreter's folder (``pyvenv.cfg``, ``site-packages``, ``.pth``
files that name folders). No interpreter is started and no line of a ``.pth`` file is executed.
"""

from __future__ import annotations

import builtins
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.definitions import (
    Base,
    Class,
    Function,
    Import,
    Module,
    Variable,
    read_module,
)
from groundstate_grammars.python.scopes import Scopes
from groundstate_grammars.python.syntax import LANGUAGE
from groundstate_grammars.tree import SyntaxTree, flatten
from groundstate_grammars.word_matches import matches_from

__all__ = ["Class", "Function", "Import", "Module", "ProjectIndex", "Variable", "Words"]

_MOST_BYTES = 4_000_000
"""Files above this are generated data; they stay unknown."""

_MOST_HOPS = 12
"""Re-exports followed before a name is given up."""

_STORED_ATTRIBUTE = (
    rb"\.\s*([A-Za-z_]\w*)(?=\s*(?:(?:[-+*/%@&|^\])]|<<|>>|//|\*\*)?=(?!=)|[,:][^\n()]*[^\n()=!<>]=(?!=)|\)\s*=(?!=)))"
    rb"|(?:\bas|\bfor)\s+[\w.]+\.(\w+)"
)
_STORED = re.compile(_STORED_ATTRIBUTE)
"""An attribute where it may be assigned."""
_WORD_NOT_READ_AS_ATTRIBUTE = re.compile(_STORED_ATTRIBUTE + rb"|(?<![\w.])[A-Za-z_]\w*")
"""A word that is no attribute, or an attribute in a place where it may be assigned."""
_CLASS_HEAD = re.compile(rb"\b(?:class\s+\w+|type\s*\([^,()]*,)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_BEFORE_HEADS = (b"class", b"type")
_AFTER_DOT = re.compile(rb"\.\s*([A-Za-z_]\w*)")
_WORD = re.compile(rb"\w+")
_DEFINED = re.compile(rb"\bdef\s+(\w+)")
_REACHES_NAMESPACES = re.compile(rb"\b(?:exec|globals)\s*\(")
_SKIPPED_FOLDERS = frozenset(("__pycache__", "node_modules", "site-packages", "build", "dist", "venv"))

Definition = Function | Class | Module
"""What a name may certainly mean."""


class ProjectIndex:
    """Symbols of a workspace and, lazily, of what its interpreter has installed.

    Args:
        root: folder of the workspace, absolute; None: nothing but what it is handed is known.
        interpreter: the Python executable or the folder of its environment; None: ``.venv`` or ``venv`` in ``root``
            when there is one. Without either only the workspace is known: the standard library of whoever runs us may
            be of another version.

    Answers are cached by file; ``update`` drops what a changed file invalidates.
    """

    def __init__(
        self,
        root: Path | None,
        interpreter: Path | None = None,
        words: Callable[[], Mapping[Path, Words]] = dict,
    ) -> None:
        self.root = root
        self.revision = 0
        """Counts the updates: what was asked before one may be answered otherwise."""
        self._known_words = words
        self.standard_library: Path | None = None
        self.site_packages: tuple[Path, ...] = ()
        if root is not None:
            self.standard_library, self.site_packages = search_path(root, interpreter)
        self._overlays: dict[Path, bytes] = {}
        self._modules: dict[Path, Module | None] = {}
        self._located: dict[tuple[Path, tuple[str, ...]], Path | None] = {}
        self._imports: dict[tuple[Path, Import], Definition | None] = {}
        self._listings: dict[Path, frozenset[str]] = {}
        self._lineages: dict[Class, tuple[Class, ...] | None] = {}
        self._words: dict[Path, Words] | None = None

    def update(self, path: Path, data: bytes | None = None) -> None:
        """Forget what was read from ``path``. ``data``: text to read instead of the file's, such as an editor's."""
        self.revision += 1
        if data is None:
            self._overlays.pop(path, None)
        else:
            self._overlays[path] = data
        self._modules.pop(path, None)
        self._located.clear()
        self._imports.clear()
        self._listings.clear()
        self._lineages.clear()
        if self._words is not None:
            self._words.pop(path, None)
            if (
                self.root is not None
                and path.is_relative_to(self.root)
                and (data is not None or path.is_file())
            ):
                self._words[path] = Words.of(self._read(path) or b"")

    def module(self, name: str, near: Path | None = None) -> Module | None:
        """The module ``name``, or None. ``near``: the importing file, whose folder is searched too."""
        path = self._locate(tuple(name.split(".")), near)
        return None if path is None else self._load(path)

    def resolve(self, module: str, dotted_name: str) -> Definition | None:
        """What ``dotted_name`` means at the end of ``module``, re-exports followed. None: not known for certain."""
        start = self.module(module)
        return None if start is None else self.follow(start, dotted_name)

    def follow(self, module: Module, dotted_name: str) -> Definition | None:
        """As ``resolve``, from a module that need not be on disk."""
        found: Definition | None = module
        for part in dotted_name.split("."):
            if isinstance(found, Module):
                found = self._member(found, part, 0)
            elif isinstance(found, Class):
                method = found.methods.get(part)
                found = method if method is not None and method.is_certain else found.classes.get(part)
            else:
                return None
        return found

    def imported(self, module: Module, item: Import) -> Definition | None:
        """What an import in ``module`` binds."""
        return self._import(module, item, 0)

    def has_submodule(self, module: Module, name: str) -> bool:
        """Whether ``module`` is a package with something importable called ``name``."""
        if module.path is None or not module.is_package:
            return False
        return self._find(module.path.parent, (name,)) is not None or self._is_opaque(
            module.path.parent, name
        )

    def is_own(self, path: Path) -> bool:
        """Whether a file belongs to the workspace: below its root, and not in an environment that lies there."""
        root = self.root
        if root is None or not path.is_relative_to(root):
            return False
        installed = (
            *self.site_packages,
            *([self.standard_library] if self.standard_library is not None else []),
        )
        return not any(
            folder != root and folder.is_relative_to(root) and path.is_relative_to(folder)
            for folder in installed
        )

    def lineage(self, cls: Class) -> tuple[Class, ...] | None:
        """The method resolution order, ``object`` last; None when a base is not known for certain."""
        if not self._remembers(cls):
            return self._linearise(cls, 0)
        if cls not in self._lineages:
            self._lineages[cls] = self._linearise(cls, 0)
        return self._lineages[cls]

    def _remembers(self, cls: Class) -> bool:
        """Whether a class is of a file that was read here, and will be asked for again."""
        return cls.path is not None and self._modules.get(cls.path) is cls.home

    def is_defined_anywhere(self, name: str) -> bool:
        """Whether any file of the workspace mentions ``name`` other than by reading an attribute of that name.

        What is only ever read as ``.name`` no file of the workspace defines, by whatever dynamic means.
        """
        return any(name in words.defining for words in self._all_words().values())

    def is_subclassed(self, name: str) -> bool:
        """Whether a class of the workspace has a base of that name."""
        return any(name in words.bases for words in self._all_words().values())

    def times_defined(self, name: str) -> int:
        """In how many places of the workspace ``def name`` stands."""
        return sum(words.functions[name] for words in self._all_words().values())

    def _all_words(self) -> dict[Path, Words]:
        if self._words is None:
            paths: Iterable[Path] = ()
            if self.root is not None:
                overlaid = (path for path in self._overlays if path.is_relative_to(self.root))
                paths = chain(_python_files(self.root), overlaid)
            known = self._known_words()
            self._words = {path: known.get(path) or Words.of(self._read(path) or b"") for path in paths}
        return self._words

    def _member(self, module: Module, name: str, hops: int) -> Definition | None:
        if hops > _MOST_HOPS:
            return None
        member = module.members.get(name)
        if member is None:
            if module.is_open or module.has_getattr:
                return None
            return self._submodule(module, name)
        if isinstance(member, Function | Class):
            return member if member.is_certain else None
        if isinstance(member, Import):
            return self._import(module, member, hops + 1)
        return None

    def _import(self, module: Module, item: Import, hops: int) -> Definition | None:
        if module.path is None:
            return None if item.level else self._follow_import(module, item, hops)
        key = (module.path, item)
        if key not in self._imports:
            self._imports[key] = None
            self._imports[key] = self._follow_import(module, item, hops)
        return self._imports[key]

    def _follow_import(self, module: Module, item: Import, hops: int) -> Definition | None:
        parts = tuple(item.module.split(".")) if item.module else ()
        if item.level:
            assert module.path is not None
            folder = module.path.parent
            for _ in range(item.level - 1):
                folder = folder.parent
            path = self._find(folder, parts) if parts else self._find_package(folder)
        else:
            path = self._locate(parts, module.path)
        if item.name is None:
            return None if path is None else self._load(path)
        if path is None:
            if item.level and not parts:
                below = self._find(folder, (item.name,))
                return None if below is None else self._load(below)
            return None
        if path == module.path:
            below = self._find(path.parent, (item.name,)) if module.is_package else None
            return None if below is None else self._load(below)
        target = self._load(path)
        if target is None:
            return None
        return self._member(target, item.name, hops)

    def _submodule(self, module: Module, name: str) -> Module | None:
        if module.path is None or not module.is_package:
            return None
        path = self._find(module.path.parent, (name,))
        return None if path is None else self._load(path)

    def _linearise(self, cls: Class, depth: int) -> tuple[Class, ...] | None:
        """C3, as Python does it."""
        if depth > 40:
            return None
        if cls is BUILTIN_CLASSES["object"]:
            return (cls,)
        lists: list[list[Class]] = []
        direct: list[Class] = []
        for base in self.bases(cls) or ():
            order = self._linearise(base, depth + 1)
            if order is None:
                return None
            lists.append(list(order))
            direct.append(base)
        if not direct:
            return None
        lists.append(direct)
        merged = [cls]
        while any(lists):
            for candidate in (items[0] for items in lists if items):
                if not any(candidate in items[1:] for items in lists):
                    break
            else:
                return None
            merged.append(candidate)
            lists = [[item for item in items if item is not candidate] for items in lists]
        return tuple(merged)

    def bases(self, cls: Class) -> list[Class] | None:
        """The direct bases (``object`` where none is written); None when one is not known for certain."""
        if cls.bases is None:
            return None
        if not cls.bases:
            return [BUILTIN_CLASSES["object"]]
        found: list[Class] = []
        for base in cls.bases:
            if base.is_builtin:
                known = BUILTIN_CLASSES.get(base.name)
                if known is None:
                    return None
                found.append(known)
                continue
            if _is_generic(cls.home, base.name):
                continue
            definition = self.follow(cls.home, base.name)
            if not isinstance(definition, Class):
                return None
            found.append(definition)
        return found or [BUILTIN_CLASSES["object"]]

    def _locate(self, parts: tuple[str, ...], near: Path | None) -> Path | None:
        """The file of an absolute import; None when there is none or more than one may be meant."""
        own = self._start(near)
        if own is None or self.root is None:
            return None
        key = (own, parts)
        if key not in self._located:
            local = {
                path
                for folder in dict.fromkeys((own, self.root / "src", self.root))
                if not (folder / "__init__.py").is_file()
                if (path := self._find(folder, parts)) is not None
            }
            library = self._find(self.standard_library, parts) if self.standard_library is not None else None
            if library is not None:
                local.add(library)
            elif parts[0] in sys.stdlib_module_names:
                local.clear()
            elif not local:
                for folder in self.site_packages:
                    path = self._find(folder, parts)
                    if path is not None:
                        local.add(path)
                        break
            self._located[key] = local.pop() if len(local) == 1 else None
        return self._located[key]

    def _start(self, near: Path | None) -> Path | None:
        """The folder where absolute imports of the file ``near`` start."""
        return self.root if near is None or self.root is None else _import_root(near)

    def _find(self, folder: Path, parts: tuple[str, ...]) -> Path | None:
        for part in parts[:-1]:
            if part not in self._listing(folder):
                return None
            folder = folder / part
        name = parts[-1]
        listing = self._listing(folder)
        if name in listing:
            return self._find_package(folder / name)
        for suffix in (".pyi",) if self._is_opaque(folder, name) else (".py", ".pyi"):
            if name + suffix in listing:
                return folder / (name + suffix)
        return None

    def _find_package(self, folder: Path) -> Path | None:
        listing = self._listing(folder)
        for name in ("__init__.py", "__init__.pyi"):
            if name in listing:
                return folder / name
        return None

    def _is_opaque(self, folder: Path, name: str) -> bool:
        """Whether ``name`` is an extension module beside no source: what it holds only running it would tell."""
        return any(
            entry.startswith(name + ".") and entry.endswith((".so", ".pyd"))
            for entry in self._listing(folder)
        )

    def _listing(self, folder: Path) -> frozenset[str]:
        known = self._listings.get(folder)
        if known is None:
            try:
                known = frozenset(entry.name for entry in folder.iterdir())
            except OSError:
                known = frozenset()
            overlaid = {path.name for path in self._overlays if path.parent == folder}
            known = self._listings[folder] = known | overlaid
        return known

    def _load(self, path: Path) -> Module | None:
        if path not in self._modules:
            self._modules[path] = None
            data = self._read(path)
            if data is not None:
                tree = SyntaxTree(LANGUAGE, data)
                if not tree.has_errors:
                    read = _outline if self._is_foreign(path) else _whole
                    self._modules[path] = read(tree, path, self._name_of(path))
        return self._modules[path]

    def _name_of(self, path: Path) -> str:
        """The dotted name of the module at ``path``, whoever imports it and however."""
        folders = (
            *self.site_packages,
            self.standard_library,
            None if self.root is None else self.root / "src",
        )
        start = _import_root(path)
        if start == path.parent and path.stem != "__init__":
            around = (folder for folder in (*folders, self.root) if folder is not None)
            start = next((folder for folder in around if path.is_relative_to(folder)), start)
        parts = path.relative_to(start).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def _is_foreign(self, path: Path) -> bool:
        """Whether a file is installed, not written in the workspace."""
        return not self.is_own(path) and path not in self._overlays

    def _read(self, path: Path) -> bytes | None:
        overlay = self._overlays.get(path)
        if overlay is not None:
            return overlay
        try:
            return path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
        except OSError:
            return None


def _whole(tree: SyntaxTree, path: Path, name: str) -> Module:
    flat = tree.flat()
    return read_module(flat, Scopes(flat), path, name)


def _outline(tree: SyntaxTree, path: Path, name: str) -> Module:
    """A module read without the bodies of its functions: three times as fast, for code that only the rest may call.

    What methods assign is then known by the words that the module uses as attributes: more than there is.
    """
    data = tree.data
    if _REACHES_NAMESPACES.search(data) is not None:
        return _whole(tree, path, name)

    def leave_closed(around: int, kind: int, start: int, end: int) -> bool:
        return kind == py.BLOCK and around == py.FUNCTION_DEFINITION and data.find(b"global ", start, end) < 0

    flat = flatten(tree.tree, data, leave_closed)
    module = read_module(flat, Scopes(flat), path, name)
    module.stores = frozenset((match[1] or match[2]).decode() for match in _STORED.finditer(data))
    module.attribute_words = frozenset(word.decode() for word in _AFTER_DOT.findall(data))
    return module


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one file: those that may define an attribute, how often each follows ``def``, those in class heads."""

    defining: frozenset[str] = frozenset()
    functions: Counter[str] = field(default_factory=Counter)
    bases: frozenset[str] = frozenset()

    @classmethod
    def of(cls, data: bytes) -> Words:
        return cls(
            frozenset(map(_decoded, words_that_may_define(data))),
            Counter(map(_decoded, _DEFINED.findall(data))),
            frozenset(map(_decoded, words_in_class_heads(data))),
        )


def _decoded(word: bytes) -> str:
    return word.decode("utf-8", "surrogateescape")


def words_in_class_heads(data: bytes) -> frozenset[bytes]:
    """Words that stand where ``data`` names the bases of a class."""
    heads = (match[1] for match in matches_from(_BEFORE_HEADS, _CLASS_HEAD, data))
    return frozenset(_WORD.findall(b" ".join(heads)))


def words_that_may_define(data: bytes) -> frozenset[bytes]:
    """Words of ``data`` that occur other than as an attribute that is read."""
    return frozenset(defining_words(data, 0, len(data)))


def defining_words(data: bytes, first: int, stop: int) -> Iterator[bytes]:
    """Words that occur so between two bytes, as often as they do."""
    return (
        match[1] or match[2] or match[0] for match in _WORD_NOT_READ_AS_ATTRIBUTE.finditer(data, first, stop)
    )


def search_path(root: Path, interpreter: Path | None) -> tuple[Path | None, tuple[Path, ...]]:
    """The folder of the standard library and those of installed packages, from the layout of folders alone."""
    environment = _environment(root, interpreter)
    if environment is None:
        return None, ()
    base = environment
    settings = environment / "pyvenv.cfg"
    if settings.is_file():
        home = _home(settings)
        base = home.parent if home is not None and home.name in ("bin", "Scripts") else (home or environment)
    found = next((folder for folder in _library_folders(base) if (folder / "os.py").is_file()), None)
    packages: dict[Path, None] = {}
    for folder in _library_folders(environment):
        site = folder / "site-packages"
        if site.is_dir():
            packages[site] = None
            packages.update(dict.fromkeys(_pth_folders(site)))
    return found, tuple(packages)


def _environment(root: Path, interpreter: Path | None) -> Path | None:
    if interpreter is not None:
        if interpreter.is_dir():
            return interpreter
        return (
            interpreter.parent.parent if interpreter.parent.name in ("bin", "Scripts") else interpreter.parent
        )
    return next((root / name for name in (".venv", "venv") if (root / name / "pyvenv.cfg").is_file()), None)


def _home(settings: Path) -> Path | None:
    """``home`` of a ``pyvenv.cfg``: the folder of the interpreter that the environment was made from."""
    try:
        lines = settings.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    for line in lines:
        key, equals, value = line.partition("=")
        if equals and key.strip().lower() == "home":
            return Path(value.strip())
    return None


def _library_folders(environment: Path) -> list[Path]:
    """``lib/python3.11`` (newest first) and ``Lib`` of an environment."""
    folders = sorted((environment / "lib").glob("python3.*"), key=_minor_version, reverse=True)
    return [*folders, environment / "Lib"]


def _minor_version(folder: Path) -> int:
    digits = re.match(r"python3\.(\d+)", folder.name)
    return int(digits[1]) if digits else 0


def _pth_folders(site: Path) -> Iterator[Path]:
    for file in sorted(site.glob("*.pth")):
        try:
            lines = file.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        for line in lines:
            line = line.strip()
            if line and not line.startswith(("#", "import ", "import\t")):
                folder = site / line
                if folder.is_dir():
                    yield folder


def _import_root(path: Path) -> Path:
    """The first folder above ``path`` that is no package: where its absolute imports start."""
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


def _python_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith(".")
        )
        for name in sorted(files):
            if name.endswith((".py", ".pyi", ".pyx", ".ipynb")):
                yield Path(folder, name)


def _is_generic(module: Module, name: str) -> bool:
    """Whether a base is ``typing.Generic``, which adds nothing to what an instance has."""
    head, _, rest = name.partition(".")
    item = module.members.get(head)
    if not isinstance(item, Import) or item.level or item.module not in ("typing", "typing_extensions"):
        return False
    return item.name == "Generic" if not rest else (item.name is None and rest == "Generic")


def _builtin_classes() -> dict[str, Class]:
    """Builtin types with the members that the running interpreter's have."""
    empty = Module("builtins", None, {}, {}, is_package=False, is_open=False, has_getattr=False)
    return {
        name: Class(
            name=name,
            qualname=name,
            home=empty,
            bases=tuple(Base(base.__name__, True) for base in value.__bases__),
            members=frozenset(dir(value)),
            attributes=frozenset(),
            is_certain=True,
        )
        for name, value in vars(builtins).items()
        if isinstance(value, type)
    }


BUILTIN_CLASSES = _builtin_classes()
