from storage.short_memory import ShortMemory


def test_a_value_is_given_until_it_has_aged() -> None:
    memory: ShortMemory[str] = ShortMemory(10)
    memory.keep(b"a", "value", until=2.0)

    young = memory.get(b"a", now=1.999)
    old = memory.get(b"a", now=2.0)

    assert (young, old, b"a" in memory) == ("value", None, True)


def test_what_was_used_longest_ago_makes_room() -> None:
    memory: ShortMemory[str] = ShortMemory(2)
    memory.keep(b"a", "first", 1.0)
    memory.keep(b"b", "second", 1.0)
    memory.get(b"a", now=0.0)

    memory.keep(b"c", "third", 1.0)

    assert [key in memory for key in (b"a", b"b", b"c")] == [True, False, True]


def test_what_is_forgotten_is_gone() -> None:
    memory: ShortMemory[str] = ShortMemory(2)
    memory.keep(b"a", "first", 1.0)

    memory.forget(b"a")
    memory.forget(b"never there")

    assert b"a" not in memory
    assert memory.get(b"a", now=0.0) is None
