"""How a test goes to a service without anybody seeing it."""

from ionia.core.live.live_url import parse_live_url
from ionia.core.live.service_limits import service_of
from ionia.core.live.whip_url import WhipUrl


def unseen(url: str, stream_key: str) -> tuple[str, str]:
    """Address and stream key with what the service wants of a test, where it is known. Raises IoniaError(BAD_URL)."""
    address = parse_live_url(url, stream_key)
    service = None if isinstance(address, WhipUrl) else service_of(address.host)
    key = stream_key.strip() or url.strip()
    if service is None or not service.test or service.test in key:
        return url, stream_key
    key += ("&" if "?" in key.rpartition("/")[2] else "?") + service.test
    return (url, key) if stream_key.strip() else (key, stream_key)
