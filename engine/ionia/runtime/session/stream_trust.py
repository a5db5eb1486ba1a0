"""What a stream says of the certificates that it trusts: an option, a variable of the environment, or the system's."""

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.failure import LiveFailure, LiveKind
from ionia.sinks.tls_trust import VARIABLE, fault_of, named_by_environment


class StreamTrust:
    """Of one stream. Immutable."""

    def __init__(self, ca_file: str, *, secure: bool) -> None:
        """`ca_file`: the option, or empty. Raises IoniaError(CONNECT_FAILED) for a file that is no good."""
        fault = fault_of(ca_file) if ca_file else None
        if fault is not None:
            told = fault.value
            message = f"No stream with this caFile: {told.reason}."
            raise IoniaError(ErrorKind.CONNECT_FAILED, message, told.hint, live_kind=told.kind)
        self._variable = named_by_environment() if secure and not ca_file else ""

    @property
    def warning(self) -> str:
        """One line about a variable that can't be used; or empty."""
        fault = fault_of(self._variable) if self._variable else None
        told = "" if fault is None else fault.value.reason
        return f"{VARIABLE} is not used, the system's certificates are: {told}." if told else ""

    def hint(self, failure: LiveFailure) -> str:
        """What to do about a failure, with the variable named if that decided."""
        decided = failure.kind is LiveKind.CERTIFICATE and self._variable and not self.warning
        return failure.hint + (f" Only what the file in {VARIABLE} holds is trusted." if decided else "")
