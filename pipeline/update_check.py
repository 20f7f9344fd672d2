"""`make update-check`: whether a running job can be updated to this graph, and if not, why."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from jobs.child_environment import child_environment
from jobs.errors import InvalidInput
from pipeline.graph_shape import GOLDEN, REPOSITORY, Shape, Step, from_json, streaming_shape

DONE, OBSTACLES, BAD_INPUT = 0, 1, 2
DRAIN = "drain the job and start anew"


def obstacles(before: Shape, after: Shape, mapping: Mapping[str, str]) -> Iterator[str]:
    """What keeps a job with the one shape from being updated to the other, a sentence each.

    Steps that were added are no obstacle.

    Args:
      mapping: New names by old ones, as given to `--transform_name_mapping`.
    """
    yield from _wrong_mapping(before, after, mapping)
    gone = {name: step for name, step in before.items() if mapping.get(name, name) not in after}
    renamed = _renamed(gone, before, after, mapping)
    if renamed:
        pairs = json.dumps(dict(mapping) | renamed)
        for old, new in renamed.items():
            yield (
                f"step {old} has gone, and {new} is like it; if that is its new name, pass "
                f"--transform_name_mapping={pairs!r}"
            )
    for name in gone.keys() - renamed.keys():
        yield (
            f"step {name} has gone, with what waits in it and what it keeps; {DRAIN}, or pass "
            f'--transform_name_mapping=\'{{"{name}": "<its new name>"}}\''
        )
    for name, step in before.items():
        new = mapping.get(name, name)
        if new in after:
            yield from _changes(new, step, after[new])


def _wrong_mapping(before: Shape, after: Shape, mapping: Mapping[str, str]) -> Iterator[str]:
    for old, new in mapping.items():
        if old not in before:
            yield f"the mapping names {old}, which the running job does not have"
        if new not in after:
            yield f"the mapping leads to {new}, which the new graph does not have"


def _renamed(
    gone: Shape, before: Shape, after: Shape, mapping: Mapping[str, str]
) -> dict[str, str]:
    """For each step that has gone, the one that came and is like it, if it is the only one."""
    taken = set(mapping.values())
    came = {name: one for name, one in after.items() if name not in before and name not in taken}
    pairs = {}
    for name, step in gone.items():
        alike = [new for new, one in came.items() if one == step]
        same_end = [new for new in alike if new.rpartition("/")[2] == name.rpartition("/")[2]]
        rivals = [old for old, one in gone.items() if one == step]
        if len(same_end) == 1:
            pairs[name] = same_end[0]
        elif len(alike) == 1 and len(rivals) == 1:
            pairs[name] = alike[0]
    return pairs if len(set(pairs.values())) == len(pairs) else {}


def _changes(name: str, old: Step, new: Step) -> Iterator[str]:
    if old.does != new.does:
        yield f"step {name} was {old.does} and is {new.does}; {DRAIN}"
    if old.gives != new.gives:
        yield (
            f"step {name} gave {_list(old.gives)} and gives {_list(new.gives)}: what is under way "
            f"could not be read; {DRAIN}"
        )
    if old.looks_up != new.looks_up:
        yield (
            f"step {name} looked up {_list(old.looks_up)} and looks up {_list(new.looks_up)}; "
            f"side inputs cannot change in an update; {DRAIN}"
        )
    for kept in sorted(old.keeps.keys() | new.keeps.keys()):
        was, is_now = old.keeps.get(kept), new.keeps.get(kept)
        if was == is_now:
            continue
        if was is None:
            yield f"step {name} keeps {kept!r} anew, as {is_now}, without it for runs half gathered"
        elif is_now is None:
            yield f"step {name} no longer keeps {kept!r} ({was}), which is lost; {DRAIN}"
        else:
            yield f"step {name} kept {kept!r} as {was} and keeps it as {is_now}; {DRAIN}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def shape_at(commit: str) -> Shape:
    """The committed shape at a commit or tag.

    Raises:
      InvalidInput: There is none.
    """
    ran = subprocess.run(
        ["/usr/bin/env", "git", "show", f"{commit}:{GOLDEN}"],
        cwd=REPOSITORY, env=child_environment(),
        check=False, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    if ran.returncode != 0:
        raise InvalidInput(f"SINCE is {commit}; git knows no {GOLDEN} there: {ran.stderr.strip()}")
    try:
        return from_json(ran.stdout)
    except ValueError as error:
        raise InvalidInput(
            f"SINCE is {commit}, which is too old to be compared; {DRAIN}"
        ) from error


def newest_tag(repository: Path) -> str:
    """The newest tag that the version there comes after.

    Raises:
      InvalidInput: There is none here.
    """
    ran = subprocess.run(
        ["/usr/bin/env", "git", "describe", "--tags", "--abbrev=0"],
        cwd=repository, env=child_environment(),
        check=False, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    if ran.returncode != 0:
        raise InvalidInput(
            "SINCE is not set, and there is no tag here to take; give the commit of the version "
            f"that runs, such as SINCE=HEAD~1 (those that changed the graph: git log {GOLDEN})"
        )
    return ran.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of `make update-check`, which passes on what the environment says."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.update_check", description=__doc__)
    parser.add_argument(
        "--since",
        default="",
        help="SINCE: commit or tag of the running job; by default, the newest tag",
    )
    parser.add_argument("--mapping", default="", help="MAPPING: new names by old ones, as JSON")
    given = parser.parse_args(arguments)
    try:
        mapping = json.loads(given.mapping or "{}")
    except ValueError:
        mapping = None
    try:
        if not isinstance(mapping, dict):
            raise InvalidInput(f'MAPPING is {given.mapping}; give {{"old step": "new step"}}')
        since = given.since or newest_tag(REPOSITORY)
        found = list(obstacles(shape_at(since), streaming_shape(), mapping))
    except InvalidInput as error:
        sys.stderr.write(f"update-check: {error.message}\n")
        return BAD_INPUT
    for sentence in found:
        sys.stderr.write(f"update-check: {sentence}\n")
    if not found:
        sys.stdout.write(f"A job of {since} can be updated to this graph.\n")
    return OBSTACLES if found else DONE


if __name__ == "__main__":
    sys.exit(main())
