"""Who is told, and that Windows is held up until it is over. The real thing is tested natively."""

from ionia.platform.windows_session import SessionEnd


def test_nobody_is_held_up_where_nobody_listens() -> None:
    SessionEnd().told()


def test_the_last_to_listen_hears_and_windows_waits_no_longer_than_it_would() -> None:
    said: list[str] = []
    end = SessionEnd()
    end.listen(lambda: said.append("first"))
    end.listen(lambda: said.append("second"))
    end.told(0.0)
    assert said == ["second"]
