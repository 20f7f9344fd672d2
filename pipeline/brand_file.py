"""A brand kit in a file of its own, which many job files name."""

from pathlib import Path, PurePosixPath
from typing import Any

from jobs.document import decode_json
from jobs.errors import InvalidInput
from jobs.named_files import places_of_brand
from jobs.uri import Place, place_of

MAX_BRAND_BYTES = 1024 * 1024


def with_brand_file(document: Any, job_file: Path) -> Any:
    """The document with the brand kit in it that it names by path; else as it is.

    Paths in a brand file start at that file.

    Raises:
      InvalidInput: The file cannot be read, or is not JSON.
    """
    named = document.get("brand") if isinstance(document, dict) else None
    if not isinstance(named, str):
        return document
    place = f"{job_file}: brand"
    if place_of(named) is not Place.LOCAL:
        raise InvalidInput(f"{place} is {named}: give the path of a JSON file, or the kit itself")
    path = job_file.parent / named
    try:
        if path.stat().st_size > MAX_BRAND_BYTES:
            raise InvalidInput(f"{place}: {named} is larger than {MAX_BRAND_BYTES // 2**20} MiB")
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{place}: {named} cannot be read: {error.strerror}") from error
    brand = decode_json(content, name=str(path))
    if not isinstance(brand, dict):
        raise InvalidInput(f'{path} is not a brand kit: give an object such as {{"colors": ...}}')
    return {**document, "brand": _moved(brand, PurePosixPath(named).parent)}


def _moved(brand: dict[str, Any], folder: PurePosixPath) -> dict[str, Any]:
    """The kit with paths that start at the job file."""
    try:
        for _place, _kind, holder, field in places_of_brand(brand):
            if place_of(holder[field]) is Place.LOCAL:
                holder[field] = str(folder / holder[field])
    except (TypeError, AttributeError, KeyError):
        return brand  # not as it should be: validation says where
    return brand
