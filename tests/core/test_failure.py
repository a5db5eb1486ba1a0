"""The kinds of a failed connection are the contract's, and each says what it means."""

from ionia.core.failure import LiveKind


def test_the_kinds_are_the_contracts() -> None:
    names = "refused no_such_host timeout certificate key_rejected in_use server_closed redirected unsupported network"
    assert [kind.value for kind in LiveKind] == names.split()
    assert all(LiveKind(kind.value) is kind and kind.meaning for kind in LiveKind)
