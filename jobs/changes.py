"""What was changed between two submissions, difference by difference.

    before   scene A   scene B             scene C
    after    scene A   scene B'  scene D   scene C
    slots       0         1         2         3

Scenes of both documents are lined up in slots, so that a scene that was added in the middle is one
difference, and not one for every scene behind it. A version of the document has some differences
and lacks the others; its scenes are known by their slots.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from jobs.submission import InputFile, Submission
from jobs.wire import canonical

MAX_CHANGES = 50  # more are told, and tried, by the nearest fields that they have in common
_ABSENT = object()

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Change:
    """A difference, or several that are told as one.

    Attributes:
      told: A sentence: `scenes[3].narration changed`, `scenes[5] added`.
      place: Where it is: names of fields and numbers of slots.
    """

    told: str
    place: Place
    edits: tuple[tuple[Place, Any], ...] = field(repr=False, hash=False)
    files: tuple[InputFile, ...] = field(default=(), repr=False, hash=False)

    @property
    def unit(self) -> Place:
        """The scene it is in, or the part of the document."""
        return self.place[:2] if self.place[0] == "scenes" else self.place[:1]


@dataclass(frozen=True)
class Version:
    """A submission, and in which slot each of its scenes is."""

    submission: Submission = field(hash=False)
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Comparison:
    """Two submissions side by side.

    Attributes:
      changes: At most fifty; none when they are the same.
    """

    before: Version
    after: Version
    changes: tuple[Change, ...]
    _fields: Mapping[str, Any] = field(repr=False, hash=False)
    _scenes: tuple[Any, ...] = field(repr=False, hash=False)
    _files: Mapping[str, InputFile] = field(repr=False, hash=False)

    def with_only(self, changes: Iterable[Change]) -> Version:
        """What came before, with these changes and no others."""
        tree: dict[str, Any] = {**self._fields, "scenes": dict(enumerate(self._scenes))}
        files = dict(self._files)
        for change in changes:
            for place, value in change.edits:
                tree = _edited(tree, place, value)
            files |= {file.original: file for file in change.files}
        slots = {slot: scene for slot, scene in tree["scenes"].items() if scene is not None}
        scenes = [_without_gaps(scene) for scene in slots.values()]
        document = {**tree, "scenes": scenes or None}
        return Version(Submission(document, tuple(files.values())), tuple(slots))


def compare(before: Submission, after: Submission) -> Comparison:
    """Lines two submissions up. Documents are those of `job_json`, with every field."""
    old_scenes, new_scenes = (one.document.get("scenes") or [] for one in (before, after))
    pairs = list(_lined_up(old_scenes, new_scenes))
    old_fields, new_fields = (
        {name: value for name, value in one.document.items() if name != "scenes"}
        for one in (before, after)
    )
    changes = [_change(found) for found in _differences(old_fields, new_fields, ())]
    numbers = [new if new is not None else old for old, new in pairs]
    for slot, (old, new) in enumerate(pairs):
        if old is None or new is None:
            scene = None if new is None else new_scenes[new]
            verb = "removed" if new is None else "added"
            place = ("scenes", slot)
            changes.append(Change(f"scenes[{numbers[slot]}] {verb}", place, ((place, scene),)))
        else:
            found = _differences(old_scenes[old], new_scenes[new], ("scenes", slot))
            changes += [_change(one, numbers[slot]) for one in found]
    old_files = {file.original: file for file in before.inputs}
    for file in after.inputs:
        known = old_files.setdefault(file.original, file)
        if known.blob != file.blob:
            told = f"the content of {file.original} changed"
            changes.append(Change(told, ("inputs", file.original), (), (file,)))
    old_slots = (slot for slot, (old, _) in enumerate(pairs) if old is not None)
    new_slots = (slot for slot, (_, new) in enumerate(pairs) if new is not None)
    return Comparison(
        Version(before, tuple(old_slots)),
        Version(after, tuple(new_slots)),
        _bounded(changes, numbers),
        old_fields,
        tuple(None if old is None else old_scenes[old] for old, _ in pairs),
        old_files,
    )


def _lined_up(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[int | None, int | None]]:
    """By slot, the numbers of its scene in both documents; None where it is in one only."""
    old_texts, new_texts = ([canonical(scene) for scene in scenes] for scenes in (old, new))
    matcher = SequenceMatcher(None, old_texts, new_texts, autojunk=False)
    for _, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        both = min(old_end - old_start, new_end - new_start)
        yield from ((old_start + n, new_start + n) for n in range(both))
        yield from ((n, None) for n in range(old_start + both, old_end))
        yield from ((None, n) for n in range(new_start + both, new_end))


@dataclass(frozen=True)
class _Difference:
    place: Place
    old: Any
    new: Any


def _differences(old: Any, new: Any, place: Place) -> Iterator[_Difference]:
    """The smallest values that differ."""
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and _is_same_kind(old, new):
        for name in dict.fromkeys((*old, *new)):
            yield from _differences(old.get(name, _ABSENT), new.get(name, _ABSENT), (*place, name))
    elif isinstance(old, list) and isinstance(new, list) and _are_objects(old, new):
        for number in range(max(len(old), len(new))):
            before, after = (side[number] if number < len(side) else _ABSENT for side in (old, new))
            yield from _differences(before, after, (*place, number))
    else:
        yield _Difference(place, old, new)


def _is_same_kind(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether objects have their fields in common: a title is another thing than a clip."""
    return old.get("type") == new.get("type") or set(old) == set(new)


def _are_objects(*lists: list[Any]) -> bool:
    return all(isinstance(item, dict) for items in lists for item in items)


def _change(one: _Difference, number: int | None = None) -> Change:
    verb = "added" if one.old is _ABSENT else "removed" if one.new is _ABSENT else "changed"
    return Change(f"{_path(one.place, number)} {verb}", one.place, ((one.place, one.new),))


def _path(place: Place, number: int | None) -> str:
    """A place as users write it. `number`: of the scene, where it is in one."""
    told = ""
    for depth, step in enumerate(place):
        if isinstance(step, int):
            told += f"[{number if depth == 1 and place[0] == 'scenes' else step}]"
        else:
            told += f".{step}" if told else step
    return told


def _bounded(changes: Sequence[Change], numbers: Sequence[int | None]) -> tuple[Change, ...]:
    depth = max((len(change.place) for change in changes), default=0)
    groups = {(change.place, number): [change] for number, change in enumerate(changes)}
    while len(groups) > MAX_CHANGES and depth > 1:
        depth -= 1
        groups = {}
        for change in changes:
            groups.setdefault((change.place[:depth], 0), []).append(change)
    return tuple(_joined(place, group, numbers) for (place, _), group in groups.items())


def _joined(place: Place, group: Sequence[Change], numbers: Sequence[int | None]) -> Change:
    if len(group) == 1:
        return group[0]
    slot = place[1] if len(place) > 1 and place[0] == "scenes" else None
    told = _path(place, numbers[slot] if isinstance(slot, int) else None)
    edits = tuple(edit for change in group for edit in change.edits)
    files = tuple(file for change in group for file in change.files)
    return Change(f"{told} changed", place, edits, files)


def _edited(tree: Any, place: Place, value: Any) -> Any:
    """The tree with a value in its place; what is beside the way there is shared, not copied."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(tree, list):
        longer = [*tree, *[_ABSENT] * (int(step) + 1 - len(tree))]
        longer[int(step)] = _edited(longer[int(step)], rest, value)
        return longer
    edited = _edited(tree.get(step), rest, value)
    if edited is _ABSENT:
        return {name: one for name, one in tree.items() if name != step}
    return {**tree, step: edited}


def _without_gaps(value: Any) -> Any:
    """Lists without what was taken out of them."""
    if isinstance(value, list):
        return [_without_gaps(item) for item in value if item is not _ABSENT]
    if isinstance(value, dict):
        return {name: _without_gaps(item) for name, item in value.items()}
    return value
