"""What looks at pictures without media: screenshots, previews, and screens that a client paints."""

from ionia.core.preview.request import PreviewChange, PreviewOpened, PreviewRequest
from ionia.core.screenshot import Screenshot, ScreenshotRequest, Thumbnail
from ionia.core.settings import SessionKind
from ionia.core.video.pushed_layout import FIRST_SLOT_AT, SLOTS, PushedScreen, picture_bytes


class FakeLooks:
    """A part of `FakeEngineService`, which has the sessions."""

    __slots__ = ()

    def _enter(self, name: str, session_id: str = "") -> None:
        raise NotImplementedError

    def _known(self, kind: SessionKind, session_id: str) -> object:
        raise NotImplementedError

    def save_screenshot(self, request: ScreenshotRequest) -> Screenshot:
        self._enter("screenshot.save", request.session_id)
        if request.kind is not None:
            self._known(request.kind, request.session_id)
        return Screenshot(path=request.path, width=640, height=360, utc="2026-01-02T03:04:05.678Z")

    def thumbnail(self, screen: str | None, max_width: int) -> Thumbnail:
        self._enter("engine.thumbnail", screen or "")
        return Thumbnail(media_type="image/jpeg", data="/9j/", width=max_width, height=9)

    def open_preview(self, request: PreviewRequest) -> PreviewOpened:
        self._enter("preview.open")
        if request.kind is not None:
            self._known(request.kind, request.session_id)
        shape = request.shape
        return PreviewOpened(
            preview_id="preview-1",
            endpoint="/nowhere",
            token="secret",
            width=shape.max_width,
            height=shape.max_height,
            fps=shape.fps,
            format="jpeg",
        )

    def update_preview(self, preview_id: str, change: PreviewChange) -> bool:
        self._enter("preview.update")
        return preview_id == "preview-1" and change != PreviewChange()

    def close_preview(self, preview_id: str) -> bool:
        self._enter("preview.close")
        return preview_id == "preview-1"

    def open_push(self, width: int, height: int) -> PushedScreen:
        self._enter("push.open")
        return PushedScreen(
            screen="push:1",
            path="/nowhere",
            width=width,
            height=height,
            slots=SLOTS,
            slot_bytes=picture_bytes(width, height),
            first_slot_at=FIRST_SLOT_AT,
        )

    def close_push(self, screen: str) -> bool:
        self._enter("push.close", screen)
        return screen == "push:1"
