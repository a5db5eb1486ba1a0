from ionia.runtime.session.noted_waits import NotedWaits
from ionia.threads.once import Once


def test_who_waits_is_told_at_the_second_look_and_once() -> None:
    waits, told = NotedWaits(), list[str]()
    first, second = Once(lambda: told.append("first")), Once(lambda: told.append("second"))
    waits.add(first)
    waits.look()
    waits.add(second)
    assert told == []
    waits.look()
    assert told == ["first"]
    second()
    waits.look()
    assert told == ["first", "second"]


def test_the_end_tells_everybody() -> None:
    waits, told = NotedWaits(), list[int]()
    waits.add(Once(lambda: told.append(1)))
    waits.look()
    waits.add(Once(lambda: told.append(2)))
    waits.end()
    assert told == [1, 2]
