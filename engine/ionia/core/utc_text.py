"""UTC as it stands on the wire and in files: ISO 8601 with milliseconds and Z."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_text(utc_ns: int) -> str:
    """Nanoseconds since 1970, rounded to milliseconds."""
    instant = _EPOCH + timedelta(milliseconds=(utc_ns + 500_000) // 1_000_000)
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
