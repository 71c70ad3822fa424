"""Which definitions of a package its entry points reach, found by reading the source alone.

A definition is a function, a class or a constant of a module, or a method of a class. It is reached
from a reached definition that names it, directly or through imports (those inside functions too),
and from statements that run when a loaded module is imported, a decorator of one of the package's
own objects (``@app.command()``) among them. Further ways:

- a method, where its class is reached and some reached code takes an attribute of that name or
  names it in a string or a template; where a class outside the package calls it (an override, a
  special method, a validator under a foreign decorator);
- a definition that is looked up by name: a reached string ``"package.room.{kind}"`` loads the
  modules that it can stand for, and there whatever a reached string names.

Names are told apart by scope, but attributes by name alone: a method with a frequent name counts as
reached too easily, never too hardly.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OWN_DECORATORS: Final = frozenset(
    ("property", "cached_property", "staticmethod", "classmethod", "abstractmethod", "override")
)
"""Under these a method is called by its name; under others perhaps by whoever wrote those."""


class Target(NamedTuple):
    """What an import binds: a module, or a name of one.

    Attributes:
        module: its dotted name.
        name: the name in it; empty for the module itself.
    """

    module: str
    name: str


Scope = Mapping[str, Target | None]
"""Names bound inside functions: to an import, or (None) to something that is no definition."""


@dataclass
class Uses:
    """What a piece of code mentions.

    Attributes:
        names: names of its module that it reads.
        attributes: all attributes that it takes.
        paths: dotted paths that start at a name of its module or at an import of its own.
        strings: all strings in it; what an f-string fills in is ``{}``.
        imports: what it imports.
    """

    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    paths: set[tuple[str | Target, tuple[str, ...]]] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    imports: set[Target] = field(default_factory=set)

    def read(self, node: ast.AST, scope: Scope) -> None:
        """Add what a piece of code mentions."""
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self._path(name, (), scope)
            case ast.Attribute():
                base, path = _unrolled(node)
                self.attributes.update(path)
                if isinstance(base, ast.Name):
                    self._path(base.id, path, scope)
                else:
                    self.read(base, scope)
            case ast.JoinedStr(values=values):
                texts = (v.value if isinstance(v, ast.Constant) else "{}" for v in values)
                self.strings.add("".join(map(str, texts)))
                self._read_all(ast.iter_child_nodes(node), scope)
            case ast.Constant(value=str(text)):
                self.strings.add(text)
            case ast.Import() | ast.ImportFrom():
                self.imports.update(bound_by(node).values())
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                outside = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
                outside += [] if isinstance(node, ast.Lambda) else node.decorator_list
                self._read_all(outside, scope)
                body = [node.body] if isinstance(node, ast.Lambda) else node.body
                inside = {**scope, **_locals(node)}
                self._read_all([*_annotations(node), *body], inside)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                bound = (_stored(part.target) for part in node.generators)
                inside = {**scope, **dict.fromkeys(chain.from_iterable(bound))}
                self._read_all(ast.iter_child_nodes(node), inside)
            case _:
                self._read_all(ast.iter_child_nodes(node), scope)

    def _read_all(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        for node in nodes:
            self.read(node, scope)

    def _path(self, name: str, path: tuple[str, ...], scope: Scope) -> None:
        """Add a name, and the attributes taken from it."""
        bound = scope.get(name) if name in scope else name
        if bound is not None:
            self.paths.add((bound, path))
        if isinstance(bound, str):
            self.names.add(bound)


def _unrolled(node: ast.Attribute) -> tuple[ast.expr, tuple[str, ...]]:
    """Return what a chain of attributes starts at, and their names in order."""
    path, base = [node.attr], node.value
    while isinstance(base, ast.Attribute):
        path.append(base.attr)
        base = base.value
    return base, tuple(reversed(path))


def bound_by(node: ast.Import | ast.ImportFrom) -> dict[str, Target]:
    """Return the names that an import binds; it must be absolute."""
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute here"
        return {a.asname or a.name: Target(node.module or "", a.name) for a in node.names}
    return {
        a.asname or a.name.split(".")[0]: Target(a.name if a.asname else a.name.split(".")[0], "")
        for a in node.names
    }


def _stored(node: ast.AST) -> Iterator[str]:
    """Yield names that a piece of code binds in its own scope, imports left out."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            return
        case ast.Lambda():
            return
    if not isinstance(node, _COMPREHENSIONS):
        for child in ast.iter_child_nodes(node):
            yield from _stored(child)


def _imported(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield imports in a piece of code, those inside nested functions left out."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    elif not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _imported(child)


def _locals(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> dict[str, Target | None]:
    """Return the names that are local to a function."""
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    found: dict[str, Target | None] = {arg.arg: None for arg in every if arg is not None}
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    for part in body:
        found.update(dict.fromkeys(_stored(part)))
        for statement in _imported(part):
            found.update(bound_by(statement))
    return found


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.expr]:
    """Return the annotations of a function's signature."""
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    found = [arg.annotation for arg in every if arg is not None]
    returns = None if isinstance(node, ast.Lambda) else node.returns
    return [each for each in (*found, returns) if each is not None]


@dataclass
class Module:
    """A module's source.

    Attributes:
        name: its dotted name.
        imports: what its names stand for that it imports.
        definitions: statements that define each of its own names.
        statements: all else that runs when it is loaded.
    """

    name: str
    imports: dict[str, Target] = field(default_factory=dict)
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    statements: list[ast.stmt] = field(default_factory=list)

    def add(self, statement: ast.stmt) -> None:
        """Sort one statement of the module."""
        match statement:
            case ast.Import() | ast.ImportFrom():
                self.imports.update(bound_by(statement))
            case ast.If(body=body, orelse=otherwise):
                for each in (*body, *otherwise):
                    self.add(each)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.definitions.setdefault(name, []).append(statement)
            case ast.ClassDef(name=name):
                self.definitions.setdefault(name, []).append(statement)
            case ast.AnnAssign(target=ast.Name(id=name)):
                self.definitions.setdefault(name, []).append(statement)
            case ast.Assign(targets=targets):
                names = [name for target in targets for name in _stored(target)]
                for name in names:
                    self.definitions.setdefault(name, []).append(statement)
                if not names:
                    self.statements.append(statement)
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                self.statements.append(statement)

    def exported(self) -> list[str]:
        """Return the names in ``__all__``."""
        (statement,) = self.definitions["__all__"]
        assert isinstance(statement, ast.Assign | ast.AnnAssign)
        assert statement.value is not None
        return list(ast.literal_eval(statement.value))

    def registers(self, decorator: ast.expr) -> bool:
        """Return whether a decorator is a method of something that the module defines."""
        inner = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not isinstance(inner, ast.Attribute):
            return False
        base, _ = _unrolled(inner)
        return isinstance(base, ast.Name) and base.id in self.definitions


def read_package(folder: Path) -> dict[str, Module]:
    """Return the modules of the package in a folder by their dotted names."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name)
        for statement in ast.parse(path.read_text()).body:
            found[name].add(statement)
    return found


class Reach:
    """Follows what entry points reach in a package.

    Attributes:
        found: each definition that is reached, as (module, name) or (module, "Class.method").
    """

    def __init__(self, folder: Path) -> None:
        """Read the package in a folder, of which nothing is reached yet."""
        self.found: set[Target] = set()
        self._modules = read_package(folder)
        self._loaded: set[str] = set()
        self._named: set[str] = set()
        self._waiting: dict[str, list[tuple[Module, ast.ClassDef, ast.stmt]]] = {}
        self._strings: set[str] = set()
        self._by_name: set[str] = set()
        for path in folder.rglob("*"):
            if path.suffix in {".j2", ".html"}:
                self._name(re.findall(r"\w+", path.read_text()))

    def enter(self, module: str, name: str = "") -> None:
        """Start at a module, or at a name of it."""
        self._reach(Target(module, name))

    def publish(self, module: str) -> None:
        """Start at all names that a module exports, and at the public methods of classes there."""
        self._load(module)
        for name in self._modules[module].exported():
            self.enter(module, name)
            target = self._resolved(Target(module, name))
            for statement in self._statements(target):
                if isinstance(statement, ast.ClassDef):
                    self._name(part.name for part in statement.body if isinstance(part, _FUNCTIONS))

    def unreached(self) -> list[str]:
        """Return the definitions that nothing reaches, as ``module:name``, sorted."""
        return sorted(
            f"{target.module}:{target.name}"
            for target in self._all()
            if target not in self.found and not _is_special(target.name.split(".")[-1])
        )

    def _all(self) -> Iterator[Target]:
        """Yield every definition; a method only where its class is reached."""
        for module in self._modules.values():
            for name, statements in module.definitions.items():
                yield Target(module.name, name)
                if Target(module.name, name) in self.found:
                    for statement in statements:
                        if isinstance(statement, ast.ClassDef):
                            for part in statement.body:
                                if isinstance(part, _FUNCTIONS):
                                    yield Target(module.name, f"{name}.{part.name}")

    def _statements(self, target: Target | None) -> list[ast.stmt]:
        """Return the statements of a definition of the package."""
        if target is None or target.module not in self._modules:
            return []
        return self._modules[target.module].definitions.get(target.name, [])

    def _resolved(self, target: Target) -> Target | None:
        """Return the definition or module that an import stands for; None outside the package."""
        module = self._modules.get(target.module)
        if module is None or not target.name:
            return target if module else None
        if target.name in module.definitions:
            return target
        if target.name in module.imports:
            return self._resolved(module.imports[target.name])
        inner = f"{target.module}.{target.name}"
        return Target(inner, "") if inner in self._modules else None

    def _reach(self, target: Target) -> None:
        """Follow an import or the name of a definition."""
        self._load(target.module)
        found = self._resolved(target)
        if found is None or found in self.found:
            return
        self._load(found.module)
        if not found.name:
            return
        self.found.add(found)
        module = self._modules[found.module]
        for statement in module.definitions[found.name]:
            if isinstance(statement, ast.ClassDef):
                self._reach_class(module, statement)
            else:
                self._follow(module, statement)

    def _reach_class(self, module: Module, statement: ast.ClassDef) -> None:
        """Follow a class; its methods as they are called."""
        methods = [part for part in statement.body if isinstance(part, _FUNCTIONS)]
        rest = [part for part in statement.body if not isinstance(part, _FUNCTIONS)]
        decorators = [each for method in methods for each in method.decorator_list]
        heads = [*statement.bases, *statement.keywords, *statement.decorator_list]
        # Names of the class's own body do not hide the module's from its methods, and a field may
        # have the name of what it is made of, so they are not told apart here.
        for part in (*heads, *rest, *decorators):
            self._follow(module, part)
        outside = self._outside_bases(module, statement)
        for method in methods:
            is_hook = any(_decorator(each) not in _OWN_DECORATORS for each in method.decorator_list)
            is_called = is_hook or any(hasattr(base, method.name) for base in outside)
            if is_called or _is_special(method.name) or method.name in self._named:
                self._reach_method(module, statement, method)
            else:
                self._waiting.setdefault(method.name, []).append((module, statement, method))

    def _reach_method(self, module: Module, of: ast.ClassDef, method: ast.stmt) -> None:
        assert isinstance(method, _FUNCTIONS)
        self.found.add(Target(module.name, f"{of.name}.{method.name}"))
        self._follow(module, method)

    def _outside_bases(self, module: Module, statement: ast.ClassDef) -> list[type]:
        """Return the classes outside the package from which a class inherits, at any distance."""
        found = []
        for base in statement.bases:
            node = base.value if isinstance(base, ast.Subscript) else base
            uses = Uses()
            uses.read(node, {})
            for name, path in uses.paths:
                assert isinstance(name, str)
                target = module.imports.get(name, Target(module.name, name))
                for step in path:
                    inside = self._resolved(target)
                    held = inside is not None and not inside.name
                    full = inside.module if inside is not None and held else ".".join(target)
                    target = Target(full.rstrip("."), step)
                inside = self._resolved(target)
                if inside is None:
                    found += _outside(target)
                    continue
                home = self._modules[inside.module]
                for parent in self._statements(inside):
                    if isinstance(parent, ast.ClassDef):
                        found += self._outside_bases(home, parent)
        return found

    def _load(self, name: str) -> None:
        """Follow what runs when a module of the package is imported, and the packages around it."""
        if name not in self._modules or name in self._loaded:
            return
        self._loaded.add(name)
        self._load(name.rpartition(".")[0])
        module = self._modules[name]
        for target in module.imports.values():
            self._load(target.module)
            self._load(f"{target.module}.{target.name}")
        for statement in module.statements:
            self._follow(module, statement)
        for own, statements in module.definitions.items():
            registers = _is_special(own) and own != "__all__"
            for statement in statements:
                if isinstance(statement, _FUNCTIONS):
                    registers |= any(map(module.registers, statement.decorator_list))
            if registers:
                self._reach(Target(name, own))

    def _follow(self, module: Module, node: ast.AST) -> None:
        """Reach all that a piece of a module's code mentions."""
        uses = Uses()
        uses.read(node, {})
        for target in uses.imports:
            # A lazily imported name is followed where it is used.
            self._load(target.module)
            self._load(f"{target.module}.{target.name}")
        for base, path in uses.paths:
            start = base if isinstance(base, Target) else Target(module.name, base)
            self._follow_path(start, path)
        self._name(uses.attributes)
        self._read_strings(uses.strings)

    def _follow_path(self, start: Target, path: tuple[str, ...]) -> None:
        """Reach what a dotted path leads to, through modules to the first definition."""
        found = self._resolved(start)
        for step in path:
            if found is None or found.name:
                break
            self._load(found.module)
            found = self._resolved(Target(found.module, step))
        if found is not None:
            self._reach(found)

    def _name(self, names: Iterable[str]) -> None:
        """Reach the methods of reached classes that have one of these names."""
        for name in set(names) - self._named:
            self._named.add(name)
            for module, of, method in self._waiting.pop(name, []):
                self._reach_method(module, of, method)

    def _read_strings(self, strings: set[str]) -> None:
        """Reach what strings name: methods, and definitions of modules that are loaded by name."""
        self._name(text for text in strings if text.isidentifier())
        package = next(iter(self._modules))
        for text in strings - self._strings:
            self._strings.add(text)
            if re.fullmatch(rf"{package}(\.(\w|{{}})+)+", text):
                pattern = re.compile(re.escape(text).replace(re.escape("{}"), r"\w+"))
                self._by_name |= {name for name in self._modules if pattern.fullmatch(name)}
        for name in self._by_name:
            self._load(name)
            for own in self._modules[name].definitions:
                if own in self._strings and Target(name, own) not in self.found:
                    self._reach(Target(name, own))


def _decorator(node: ast.expr) -> str:
    """Return the last name of a decorator."""
    inner = node.func if isinstance(node, ast.Call) else node
    return inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "")


def _is_special(name: str) -> bool:
    """Return whether Python itself calls or reads a name."""
    return name.startswith("__") and name.endswith("__")


def _outside(target: Target) -> list[type]:
    """Return the class of another package that an import stands for, or nothing for built-ins."""
    if target.name == "Protocol":
        return []
    try:
        found = getattr(importlib.import_module(target.module), target.name)
    except (ImportError, AttributeError):
        found = getattr(importlib.import_module("builtins"), target.name, None)
    return [found] if isinstance(found, type) else []
