"""Licences of what AIPROD needs, as packages state them, and which do not go with Apache-2.0.

`make licences` prints them.
"""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Any

from tests.supply.shipped import shipped

# May be given on in a work under Apache-2.0 (https://www.apache.org/legal/resolved.html), under
# the names that packages give them.
FIT = {
    "0BSD", "Apache 2.0", "Apache License, Version 2.0", "Apache Software License", "Apache-2.0",
    "3-Clause BSD License", "BSD", "BSD 3-Clause License", "BSD License", "BSD-2-Clause",
    "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "ISC License", "ISC License (ISCL)", "MIT",
    "MIT License", "MIT-0", "MIT-CMU", "PSF-2.0", "Python Software Foundation License",
    "Unlicense", "Zlib",
}  # fmt: skip
# Packages with other terms, or none in their metadata, and why they may be needed all the same:
# each is used as it came, in a file of its own that anybody may replace.
EXCEPTIONS = {
    "certifi": "MPL-2.0, which holds for its own files: a list of certificates",
    "espeakng-loader": "states none; has espeak-ng, GPL-3.0, which runs as a program of its own",
    "orjson": "MPL-2.0 beside MIT, which holds for its own files",
    "psycopg": "LGPL-3.0: a library that is linked when it is imported",
    "psycopg-binary": "LGPL-3.0: a library that is linked when it is imported",
}


def fits(stated: str) -> bool:
    """Whether an SPDX expression, or a name of a licence, is one that fits."""
    flat = stated
    while inner := re.search(r"\(([^()]* (?:AND|OR) [^()]*)\)", flat):
        flat = flat.replace(inner[0], "0BSD" if fits(inner[1]) else "refused")
    # AND binds tighter than OR.
    return any(
        all(one.strip() in FIT for one in part.split(" AND ")) for part in flat.split(" OR ")
    )


def stated(metadata: Message | Any) -> Iterator[str]:
    """What a package says of its licence, the most exact first."""
    if expression := metadata.get("License-Expression"):
        yield expression
        return  # the other two are of before there were expressions
    if (text := (metadata.get("License") or "").strip()) and "\n" not in text:
        yield text
    named = [
        line.split(" :: ")[-1]
        for line in metadata.get_all("Classifier") or ()
        if line.startswith("License ::") and line != "License :: OSI Approved"
    ]
    if named:
        yield " AND ".join(named)


def refused() -> dict[str, str]:
    """Packages whose licences do not fit, with what they state."""
    return {
        name: " / ".join(stated(one.metadata)) or "states none"
        for name, one in shipped().items()
        if name not in EXCEPTIONS and not any(map(fits, stated(one.metadata)))
    }


def main() -> int:
    wrong = refused()
    for name, one in shipped().items():
        text = next(stated(one.metadata), "states none")
        note = EXCEPTIONS.get(name) or ("DOES NOT FIT" if name in wrong else "")
        print(f"{name:40} {one.version:20} {text[:44]:45} {note}".rstrip())  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
