import threading

from ionia.threads.once import Once


def test_the_first_call_alone_is_carried_out() -> None:
    calls: list[int] = []
    once = Once(lambda: calls.append(1))
    assert calls == []
    threads = [threading.Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    once()
    assert calls == [1]


def test_it_may_be_called_again_from_within() -> None:
    calls: list[int] = []

    def call() -> None:
        calls.append(1)
        once()

    once = Once(call)
    once()
    assert calls == [1]
