"""Which fields of the protocol's models the code reads, found in its syntax trees.

A read is counted where the object before the dot is known to be of that model: from the
annotation of a parameter, a field or a function, or from what was assigned, iterated over or
indexed. Where that cannot be told, a read counts only if no other class has a field, a method or
an attribute of that name, so that nothing counts as read because something else is called alike.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Member = tuple[str, str]  # class, field or method
CONTAINERS = {"tuple", "list", "dict", "Mapping", "Sequence", "Iterable", "Iterator", "frozenset"}
VALIDATORS = {"field_validator", "model_validator"}


@dataclass
class Classes:
    """Every class of the code: its bases, and the annotations of its fields and methods."""

    bases: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, dict[str, ast.expr | None]] = field(default_factory=dict)
    owners: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, node: ast.ClassDef) -> None:
        self.bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
        members = self.members.setdefault(node.name, {})
        for item in node.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                members[item.target.id] = item.annotation
            elif isinstance(item, ast.FunctionDef):
                members[item.name] = item.returns
        for name in members:
            self.owners[name].add(node.name)

    def find(self, kind: str, name: str) -> Member | None:
        """Where a class, or one that it is made from, has this member."""
        if name in self.members.get(kind, {}):
            return kind, name
        found = (self.find(base, name) for base in self.bases.get(kind, ()))
        return next((member for member in found if member), None)


def named_in(annotation: ast.expr | None) -> Iterator[str]:
    """Every name in an annotation, also in one that is quoted."""
    for node in ast.walk(annotation) if annotation else ():
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                yield from named_in(ast.parse(node.value, mode="eval").body)
            except SyntaxError:
                continue


class Reads(ast.NodeVisitor):
    """The members of classes that one file reads, by the method that reads them (or none)."""

    def __init__(self, classes: Classes, functions: Mapping[str, ast.expr | None]) -> None:
        self.classes, self.functions = classes, functions
        self.found: set[tuple[Member | None, Member]] = set()
        self.scopes: list[dict[str, set[str]]] = [{}]
        self.inside: list[str] = []
        self.strings: list[set[str]] = [set()]
        self.method: Member | None = None

    def kinds(self, node: ast.expr) -> set[str]:
        """The classes that an expression may be of, or hold."""
        if isinstance(node, ast.Name):
            for scope in reversed(self.scopes):
                if node.id in scope:
                    return scope[node.id]
            return {node.id} & self.classes.members.keys()
        if isinstance(node, ast.Attribute):
            of = self.kinds(node.value)
            members = [self.classes.find(kind, node.attr) for kind in of]
            return self._of(self.classes.members[m[0]][m[1]] for m in members if m)
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                name = node.func.id
                if name in self.classes.members:
                    return {name}
                if name in self.functions:
                    return self._of([self.functions[name]])
                return set().union(*map(self.kinds, node.args)) if node.args else set()
            return self.kinds(node.func)
        inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return set().union(*map(self.kinds, inner)) if inner else set()

    def _of(self, annotations: Iterable[ast.expr | None]) -> set[str]:
        names = {name for annotation in annotations for name in named_in(annotation)}
        return {name for name in names if name in self.classes.members}

    def bind(self, target: ast.expr, kinds: set[str]) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.scopes[-1].setdefault(node.id, set()).update(kinds)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.inside.append(node.name)
        self.generic_visit(node)
        self.inside.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if any(name in VALIDATORS for d in node.decorator_list for name in named_in(d)):
            return
        before = self.method
        if self.inside and before is None:
            self.method = (self.inside[-1], node.name)
        arguments = node.args
        scope = {
            a.arg: self._of([a.annotation])
            for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        }
        if self.inside and "self" in scope:
            scope["self"] = {self.inside[-1]}
        self.scopes.append(scope)
        self.strings.append(
            {
                constant.value
                for constant in ast.walk(node)
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
            }
        )
        # What a name is may be said further down than where it is read, in a comprehension.
        for _ in range(2):
            self.generic_visit(node)
        self.scopes.pop()
        self.strings.pop()
        self.method = before

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            pair = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            if pair and len(target.elts) == len(node.value.elts):  # type: ignore[union-attr]
                for one, value in zip(target.elts, node.value.elts, strict=True):  # type: ignore[union-attr]
                    self.bind(one, self.kinds(value))
            else:
                self.bind(target, self.kinds(node.value))
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.bind(node.target, self._of([node.annotation]))
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.bind(node.target, self.kinds(node.value))
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.bind(node.target, self.kinds(node.iter))
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.bind(node.target, self.kinds(node.iter))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """`getattr` with a name that is not written there reads what the function has names of."""
        if isinstance(node.func, ast.Name) and node.func.id == "getattr":
            name = node.args[1]
            names = {name.value} if isinstance(name, ast.Constant) else self.strings[-1]
            for kind in self.kinds(node.args[0]):
                found = [self.classes.find(kind, str(one)) for one in names]
                self.found |= {(self.method, member) for member in found if member}
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            known = self.kinds(node.value)
            owners = self.classes.owners.get(node.attr, set())
            for kind in known or (owners if len(owners) == 1 else set()):
                if member := self.classes.find(kind, node.attr):
                    self.found.add((self.method, member))
        self.generic_visit(node)


def reads(folder: Path, without: Iterable[Path] = ()) -> set[Member]:
    """Every member that the code in a folder reads, directly or by a method that is itself read."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py")}
    classes, functions = Classes(), {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes.add(node)
        functions |= {n.name: n.returns for n in tree.body if isinstance(n, ast.FunctionDef)}
    found: set[tuple[Member | None, Member]] = set()
    left_out = set(without)
    for path, tree in trees.items():
        if path not in left_out:
            visitor = Reads(classes, functions)
            visitor.visit(tree)
            found |= visitor.found
    return _alive(found)


def _alive(found: set[tuple[Member | None, Member]]) -> set[Member]:
    """What is read outside any method, or in one that is alive itself."""
    alive: set[Member] = set()
    while True:
        more = {
            member
            for by, member in found
            if member not in alive and (by is None or by[1].startswith("__") or by in alive)
        }
        if not more:
            return alive
        alive |= more
