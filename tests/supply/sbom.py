"""Keeps of a CycloneDX document of an environment what AIPROD needs: `make sbom`."""

import json
import sys
from collections.abc import Container
from pathlib import Path
from typing import Any

from jobs.version import VERSION
from tests.supply.shipped import canonical, shipped


def of_aiprod(document: dict[str, Any], needed: Container[str]) -> dict[str, Any]:
    """The same document about AIPROD, with the components that are needed alone."""
    (root,) = (one for one in document["components"] if one["name"] == "aiprod")
    kept = [one for one in document["components"] if canonical(one["name"]) in needed]
    refs = {one["bom-ref"] for one in [root, *kept]}
    root = {key: value for key, value in root.items() if key != "externalReferences"}
    return {
        **document,
        "metadata": {
            **document["metadata"],
            "component": {**root, "type": "application", "version": VERSION},
        },
        "components": kept,
        "dependencies": [
            {**one, "dependsOn": _on(one, refs)}
            for one in document["dependencies"]
            if one["ref"] in refs
        ],
    }


def _on(dependency: dict[str, Any], refs: set[str]) -> list[str]:
    return [ref for ref in dependency.get("dependsOn", ()) if ref in refs]


def main(path: Path) -> None:
    document = of_aiprod(json.loads(path.read_text(encoding="utf-8")), shipped())
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    print(f"{path}: {len(document['components'])} components")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
