"""connection_monitor: life is what arrives."""

from ionia.core.live.connection_monitor import ConnectionMonitor


def test_monitor_waits_for_nothing_when_nothing_is_pending() -> None:
    monitor = ConnectionMonitor(0, stall_ns=10)
    assert monitor.deadline_ns is None
    monitor.observe(5, 3, pending=True)
    assert monitor.deadline_ns == 13
    monitor.observe(4, 5, pending=True)
    assert monitor.deadline_ns == 13
