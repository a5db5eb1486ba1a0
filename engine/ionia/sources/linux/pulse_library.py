"""libpulse through soundcard's own description of it, without the connection that soundcard makes at import.

`import soundcard` needs a running server, keeps one connection for ever and waits in loops that never end once the
server is gone. Its C declarations are right, so they are read from the installed package and completed here with what
capture needs: a main loop that the caller turns, events, timing. This module must not connect to anything.
"""

import functools
import importlib.util
import threading
from pathlib import Path
from typing import Any

import cffi

from ionia.core.errors import ErrorKind, IoniaError

CONTEXT_NOAUTOSPAWN = 0x1
"""PA_CONTEXT_NOAUTOSPAWN (pulse/def.h): recording must not be what starts a sound server."""

SUBSCRIPTION_MASK_SERVER = 0x80
"""PA_SUBSCRIPTION_MASK_SERVER (pulse/def.h): an event when the default sink or source changes."""

INVALID_INDEX = 0xFFFFFFFF
"""PA_INVALID_INDEX (pulse/def.h)."""

LIBRARY = "libpulse.so.0"

MISSING_DECLARATIONS = """
int pa_mainloop_prepare(pa_mainloop *m, int timeout);
int pa_mainloop_poll(pa_mainloop *m);
int pa_mainloop_dispatch(pa_mainloop *m);
void pa_mainloop_wakeup(pa_mainloop *m);

pa_usec_t pa_rtclock_now(void);
const char *pa_strerror(int error);
void pa_operation_cancel(pa_operation *o);

typedef void (*pa_context_subscribe_cb_t)(pa_context *c, uint32_t event, uint32_t index, void *userdata);
void pa_context_set_subscribe_callback(pa_context *c, pa_context_subscribe_cb_t cb, void *userdata);
pa_operation *pa_context_subscribe(pa_context *c, uint32_t mask, pa_context_success_cb_t cb, void *userdata);

struct timeval { long tv_sec; long tv_usec; };
typedef struct pa_timing_info {
    struct timeval timestamp;
    int synchronized_clocks;
    pa_usec_t sink_usec;
    pa_usec_t source_usec;
    pa_usec_t transport_usec;
    int playing;
    int write_index_corrupt;
    int64_t write_index;
    int read_index_corrupt;
    int64_t read_index;
    pa_usec_t configured_sink_usec;
    pa_usec_t configured_source_usec;
    int64_t since_underrun;
} pa_timing_info;
const pa_timing_info *pa_stream_get_timing_info(pa_stream *s);
int pa_stream_is_suspended(const pa_stream *s);

uint32_t pa_stream_get_index(const pa_stream *s);
typedef struct pa_source_output_info {
    uint32_t index;
    const char *name;
    uint32_t owner_module;
    uint32_t client;
    uint32_t source;
    pa_sample_spec sample_spec;
    pa_channel_map channel_map;
    pa_usec_t buffer_usec;
    pa_usec_t source_usec;
} pa_source_output_info;
typedef void (*pa_source_output_info_cb_t)(pa_context *c, const pa_source_output_info *i, int eol, void *userdata);
pa_operation *pa_context_get_source_output_info(
    pa_context *c, uint32_t index, pa_source_output_info_cb_t cb, void *userdata);
"""
"""From PulseAudio 16's pulse/*.h; its ABI is frozen since 1.0. Of pa_source_output_info as much as is read."""


class PulseLibrary:
    """`ffi` and `lib`, as cffi gives them: untyped, because C's own types are checked by cffi at each call."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("soundcard")
        if found is None or found.origin is None:
            raise OSError("the Python package soundcard is not installed")
        header = Path(found.origin).with_name("pulseaudio.py.h").read_text(encoding="utf-8")
        self.ffi: Any = cffi.FFI()
        self.ffi.cdef(header)
        self.ffi.cdef(MISSING_DECLARATIONS)
        self.lib: Any = self.ffi.dlopen(LIBRARY)

    def text(self, pointer: Any) -> str:
        """A C string; empty for NULL."""
        if pointer == self.ffi.NULL:
            return ""
        return bytes(self.ffi.string(pointer)).decode("utf-8", "replace")


_loading = threading.Lock()


@functools.cache
def _load() -> PulseLibrary:
    return PulseLibrary()


def pulse_library() -> PulseLibrary:
    """The library, loaded once. Any thread. Raises IoniaError(AUDIO_UNAVAILABLE)."""
    try:
        with _loading:
            return _load()
    except OSError as error:
        raise IoniaError(
            ErrorKind.AUDIO_UNAVAILABLE,
            f"The sound library can't be loaded: {error}",
            "Install libpulse0 (Debian, Ubuntu) or pulseaudio-libs (Fedora).",
        ) from error
