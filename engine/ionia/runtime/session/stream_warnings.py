"""What may go wrong with a service, told before a stream goes there."""

from ionia.core.live.preflight import preflight
from ionia.core.settings import MediaSettings
from ionia.core.warning import Warn, WarningCode
from ionia.runtime.session.stream_destination import StreamDestination


class StreamWarnings:
    """Of one stream. What goes for several destinations is told once. Any thread."""

    def __init__(self, media: MediaSettings, warn: Warn) -> None:
        self._media = media
        self._warn = warn
        self._told: list[tuple[WarningCode, str]] = []

    def of_tracks(self) -> None:
        """Sounds that no server gets."""
        first, *others = [f'"{track.name}"' for track in self._media.all_tracks] or [""]
        if others:
            self._warn(
                WarningCode.TRACKS_NOT_STREAMED,
                f"A stream has one sound: the track {first} is streamed, and not {', '.join(others)}.",
            )

    def of(self, destination: StreamDestination) -> None:
        """Everything about this server."""
        warnings = preflight(destination.url, destination.inlet.header.video, self._media.keyframe_interval_seconds)
        if destination.trust.warning:
            warnings.append((WarningCode.CA_FILE_IGNORED, destination.trust.warning))
        for warning in warnings:
            if warning not in self._told:
                self._told.append(warning)
                self._warn(*warning)
