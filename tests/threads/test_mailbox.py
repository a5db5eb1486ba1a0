"""Hand-offs between threads: what is full says what it does."""

from ionia.threads.mailbox import Inbox, LatestSlot


def test_a_slot_keeps_the_newest_once() -> None:
    slot: LatestSlot[int] = LatestSlot()
    assert slot.take() is None
    slot.put(1)
    slot.put(2)
    assert (slot.take(), slot.take()) == (2, None)
    slot.put_back(2)
    assert slot.take() == 2
    slot.put(3)
    slot.put_back(2)
    assert (slot.take(), slot.take()) == (3, None)


def test_a_full_inbox_tells_what_gives_way() -> None:
    gone: list[int] = []
    inbox: Inbox[int] = Inbox(3, gone.append)
    for item in range(5):
        inbox.put(item)
    assert gone == [0, 1]
    assert inbox.drain() == [2, 3, 4]
    assert inbox.drain() == []
