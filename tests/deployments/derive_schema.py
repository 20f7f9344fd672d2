"""What Terraform's Google providers accept, derived from packages that HashiCorp made of them.

`python -m tests.deployments.derive_schema WHEEL...` writes `provider_schema.json`: every resource
and data source that `deployments/terraform` uses, with arguments, blocks and attributes. The wheels
are `cdktf-cdktf-provider-google` and `-google-beta` (`make provider-schema` gets them). They are
read as zip files and never imported or installed: together they are 100 MB, and need Node to run.
"""

import ast
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.deployments.configuration import TERRAFORM, read_configuration

SCHEMA = Path(__file__).parent / "provider_schema.json"

# Terraform's own, of every resource.
_META = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}
_NAMES = {"builtins.str": "string", "jsii.Number": "number", "builtins.bool": "bool"}
# How a docstring tells of an argument: its name here, what is said, its name in Terraform.
_TOLD = re.compile(r":param (\w+):(.*?)\{@link \S+#(\w+) ")
_VALUES = re.compile(r'Possible values: (\["[^\]]*"\])')
_VERSION = re.compile(r"provider version (\S+)")


def derive(wheels: list[Path], wanted: set[tuple[str, str, str]]) -> dict[str, Any]:
    """Versions and schemas.

    Args:
      wanted: Provider (`google`), kind (`resource`, `data`) and type (`google_pubsub_topic`).

    Raises:
      KeyError: No wheel has one of them.
    """
    versions: dict[str, str] = {}
    found: dict[str, dict[str, Any]] = {"resource": {}, "data": {}}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            provider = (
                wheel.name.split("-")[0].removeprefix("cdktf_cdktf_provider_").replace("_", "-")
            )
            names = archive.namelist()
            about = archive.read(
                next(name for name in names if name.endswith("/METADATA"))
            ).decode()
            said = _VERSION.search(about)
            assert said, f"{wheel} does not say which version of the provider it is of"
            versions[provider] = said[1]
            for _, kind, type_name in sorted(one for one in wanted if one[0] == provider):
                source = archive.read(_module(names, provider, kind, type_name)).decode()
                found[kind][type_name] = _Module(source).root()
    missing = {(kind, name) for _, kind, name in wanted if name not in found[kind]}
    if missing:
        raise KeyError(f"no wheel has {sorted(missing)}")
    return {"versions": versions, **found}


def _module(names: list[str], provider: str, kind: str, type_name: str) -> str:
    # The folder of the other provider's begins with google_ again; that of data sources with data_.
    full = ("data_" if kind == "data" else "") + type_name
    short = ("data_" if kind == "data" else "") + type_name.removeprefix("google_")
    package = f"cdktf_cdktf_provider_{provider.replace('-', '_')}"
    for folder in (short, full):
        if f"{package}/{folder}/__init__.py" in names:
            return f"{package}/{folder}/__init__.py"
    raise KeyError(f"{provider} has no {kind} {type_name}")


class _Module:
    """The classes of one resource: itself, its configuration, and one for each of its blocks."""

    def __init__(self, source: str) -> None:
        body = ast.parse(source).body
        self._classes = {node.name: node for node in body if isinstance(node, ast.ClassDef)}

    def root(self) -> dict[str, Any]:
        """Arguments and attributes of the resource."""
        root = next(iter(self._classes.values()))
        schema = self._block(root, is_root=True)
        schema["attributes"] = dict(sorted(self._attributes(root, set(schema["arguments"]))))
        return schema

    def _block(self, node: ast.ClassDef, *, is_root: bool = False) -> dict[str, Any]:
        init = next(
            one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"
        )
        told = {name: (text, spelled) for name, text, spelled in _TOLD.findall(_docstring(init))}
        arguments = {}
        pairs = zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)
        for argument, default in pairs:
            if is_root and argument.arg in _META:
                continue
            assert argument.annotation
            accepted = self._accepted(argument.annotation)
            if default is None:
                accepted["required"] = True
            text, spelled = told.get(argument.arg, ("", argument.arg))
            if values := _VALUES.search(text):
                accepted["values"] = json.loads(values[1])
            arguments[spelled] = accepted
        return {"arguments": dict(sorted(arguments.items()))}

    def _accepted(self, node: ast.expr) -> dict[str, Any]:
        """What an annotation accepts: a type, or a block, once or many times."""
        if isinstance(node, ast.Constant):  # the name of a class, or None
            return self._block(self._classes[node.value]) | {"most": 1}
        text = ast.unparse(node)
        if text in _NAMES:
            return {"type": _NAMES[text]}
        assert isinstance(node, ast.Subscript), text
        outer = ast.unparse(node.value).removeprefix("typing.")
        inner = node.slice
        if outer == "Optional":
            return self._accepted(inner)
        if outer == "Sequence":
            each = self._accepted(inner)
            return {"type": f"list({each['type']})"} if "type" in each else each | {"most": None}
        if outer == "Mapping":
            assert isinstance(inner, ast.Tuple)
            return {"type": f"map({self._accepted(inner.elts[1])['type']})"}
        assert outer == "Union", text
        assert isinstance(inner, ast.Tuple)
        # A value may also be one that Terraform works out, and a block a dictionary.
        given = [
            one
            for one in inner.elts
            if not ast.unparse(one).endswith("IResolvable")
            and not ast.unparse(one).startswith("typing.Dict[")
        ]
        return self._accepted(given[0])

    def _attributes(self, root: ast.ClassDef, arguments: set[str]) -> Iterator[tuple[str, str]]:
        """What can be read from it, beside its arguments."""
        for node in root.body:
            if isinstance(node, ast.FunctionDef) and any(
                ast.unparse(one) == "builtins.property" for one in node.decorator_list
            ):
                name = node.name.removesuffix("_input")
                if name == node.name and name not in arguments and node.returns:
                    yield name, self._returned(ast.unparse(node.returns))

    def _returned(self, text: str) -> str:
        simple = {**_NAMES, "_cdktf_9a9027ec.IResolvable": "bool"}
        if text in simple:
            return simple[text]
        if text == "typing.List[builtins.str]":
            return "list(string)"
        return "map(string)" if text == "_cdktf_9a9027ec.StringMap" else "object"


def _docstring(node: ast.FunctionDef) -> str:
    return ast.get_docstring(node) or ""


def main() -> None:
    """Writes the schema of what is used."""
    wanted = read_configuration(TERRAFORM).used()
    schema = derive([Path(name) for name in sys.argv[1:]], wanted)
    kinds = [
        f'"{kind}": {{\n'
        + ",\n".join(
            f'"{name}": {json.dumps(one, sort_keys=True)}' for name, one in sorted(found.items())
        )
        + "\n}"
        for kind, found in sorted(schema.items())
    ]
    SCHEMA.write_text("{\n" + ",\n".join(kinds) + "\n}\n", encoding="utf-8")  # a line for each


if __name__ == "__main__":
    main()
