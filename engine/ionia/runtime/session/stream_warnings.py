"""What may go wrong with a service, told before a stream goes there."""

from ionia.core.live.preflight import preflight
from ionia.core.settings import StreamerSettings
from ionia.core.warning import Warn, WarningCode
from ionia.runtime.session.stream_destination import StreamDestination


class StreamWarnings:
    """Of one stream. What goes for several destinations is told once. Any thread."""

    def __init__(self, settings: StreamerSettings, warn: Warn) -> None:
        self._media = settings.media
        self._multitrack = settings.multitrack_audio
        self._warn = warn
        self._told: list[tuple[WarningCode, str]] = []

    def of_tracks(self) -> None:
        """Sounds that no server gets."""
        if not self._multitrack and len(self._media.all_tracks) > 1:
            self._warn(WarningCode.TRACKS_NOT_STREAMED, f"A stream has one sound{self._first_alone()}")

    def of_answer(self, destination: StreamDestination) -> None:
        """A server has said nothing of several sounds."""
        message = f"Destination {destination.name}: the server doesn't say that it takes several sounds"
        self._once(WarningCode.TRACKS_NOT_STREAMED, f"{message}{self._first_alone()}")

    def _first_alone(self) -> str:
        first, *others = [f'"{track.name}"' for track in self._media.all_tracks]
        return f": the track {first} is streamed, and not {', '.join(others)}."

    def of(self, destination: StreamDestination) -> None:
        """Everything about this server."""
        warnings = preflight(destination.url, destination.inlet.header.video, self._media.keyframe_interval_seconds)
        if destination.trust.warning:
            warnings.append((WarningCode.CA_FILE_IGNORED, destination.trust.warning))
        if self._multitrack and destination.inlet.rendition.sound_codec == "opus" and len(self._media.all_tracks) > 1:
            warnings.append((WarningCode.TRACKS_NOT_STREAMED, f"By WHIP a stream has one sound{self._first_alone()}"))
        for warning in warnings:
            self._once(*warning)

    def _once(self, code: WarningCode, message: str) -> None:
        if (code, message) not in self._told:
            self._told.append((code, message))
            self._warn(code, message)
