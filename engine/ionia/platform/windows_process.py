"""What Windows is asked for while something is recorded, and given back afterwards. Does nothing on other systems.

Windows by default wakes sleepers in steps of 15.6 ms, slows down processes without a window, and puts the machine to
sleep under a running recording. None of this may outlast the recording: it costs the user battery.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

log = logging.getLogger(__name__)

TIMER_MS = 1
"""Resolution of waits, timeBeginPeriod's unit; on Linux waits are exact to 0.1 ms without asking."""


class RecordingProcess:
    """Counts the recordings of this process: the first sets everything up, the last undoes it. Any thread.

    Whatever Windows refuses is logged and done without.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recordings = 0
        self._granted: ExitStack | None = None

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Around everything from the first capture to the closed file."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """One recording more; each needs its `end`."""
        with self._lock:
            self._recordings += 1
            if self._recordings == 1:
                self._granted = ExitStack()
                for grant in _grants():
                    self._granted.enter_context(grant)

    def end(self) -> None:
        """One recording fewer."""
        with self._lock:
            self._recordings -= 1
            if self._recordings == 0 and self._granted is not None:
                self._granted.close()
                self._granted = None


recording_process = RecordingProcess()
"""The process has one of each of these settings, so there is one count."""


if sys.platform == "win32":
    import ctypes
    from contextlib import AbstractContextManager
    from ctypes import wintypes

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _winmm = ctypes.WinDLL("winmm")

    _SIMPLE_STRING = 1  # POWER_REQUEST_CONTEXT_SIMPLE_STRING, winnt.h
    _DISPLAY_REQUIRED, _SYSTEM_REQUIRED = 0, 1  # POWER_REQUEST_TYPE, winnt.h
    _INVALID_HANDLE = ctypes.c_void_p(-1).value
    _POWER_THROTTLING = 4  # ProcessPowerThrottling, processthreadsapi.h
    _EXECUTION_SPEED, _IGNORE_TIMER_RESOLUTION = 0x1, 0x4
    _AVRT_PRIORITY_HIGH = 1

    class _ReasonContext(ctypes.Structure):
        _fields_ = (
            ("Version", wintypes.ULONG),
            ("Flags", wintypes.DWORD),
            ("SimpleReasonString", wintypes.LPWSTR),
            ("room", ctypes.c_byte * 32),  # the union's other member is larger
        )

    class _PowerThrottling(ctypes.Structure):
        _fields_ = (("Version", wintypes.ULONG), ("ControlMask", wintypes.ULONG), ("StateMask", wintypes.ULONG))

    _kernel32.PowerCreateRequest.restype = wintypes.HANDLE
    _kernel32.PowerCreateRequest.argtypes = (ctypes.POINTER(_ReasonContext),)
    _kernel32.PowerSetRequest.argtypes = _kernel32.PowerClearRequest.argtypes = (wintypes.HANDLE, ctypes.c_int)
    _kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
    _kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel32.SetProcessInformation.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)

    @contextmanager
    def tick_thread(task: str = "Capture") -> Iterator[None]:
        """Around the work of a thread that must not come late: MMCSS gives it up to 80 % of a core when others want it.

        `task` is a key of HKLM's Multimedia SystemProfile: "Capture" for video, "Pro Audio" for sound. The calling
        thread itself is raised.
        """
        handle, avrt = None, None
        try:
            avrt = ctypes.WinDLL("avrt", use_last_error=True)
            avrt.AvSetMmThreadCharacteristicsW.restype = wintypes.HANDLE
            avrt.AvSetMmThreadCharacteristicsW.argtypes = (wintypes.LPCWSTR, ctypes.POINTER(wintypes.DWORD))
            avrt.AvSetMmThreadPriority.argtypes = (wintypes.HANDLE, ctypes.c_int)
            avrt.AvRevertMmThreadCharacteristics.argtypes = (wintypes.HANDLE,)
            handle = avrt.AvSetMmThreadCharacteristicsW(task, ctypes.byref(wintypes.DWORD()))
        except (OSError, AttributeError):
            log.debug("no multimedia scheduler here", exc_info=True)
        if handle and avrt is not None:
            avrt.AvSetMmThreadPriority(handle, _AVRT_PRIORITY_HIGH)
        try:
            yield
        finally:
            if handle and avrt is not None:
                avrt.AvRevertMmThreadCharacteristics(handle)

    def _grants() -> tuple[AbstractContextManager[None], ...]:
        return _timer_resolution(), _no_sleep(), _no_throttling()

    @contextmanager
    def _timer_resolution() -> Iterator[None]:
        granted = _winmm.timeBeginPeriod(TIMER_MS) == 0
        try:
            yield
        finally:
            if granted:
                _winmm.timeEndPeriod(TIMER_MS)

    @contextmanager
    def _no_sleep() -> Iterator[None]:
        """A power request, not SetThreadExecutionState: that one is a thread's and ends with it.

        The display counts too: a monitor that is switched off gives no pictures.
        """
        reason = _ReasonContext(Version=0, Flags=_SIMPLE_STRING, SimpleReasonString="Ionia is recording the screen")
        request = _kernel32.PowerCreateRequest(ctypes.byref(reason))
        granted = []
        if request and request != _INVALID_HANDLE:
            kinds = (_SYSTEM_REQUIRED, _DISPLAY_REQUIRED)
            granted = [kind for kind in kinds if _kernel32.PowerSetRequest(request, kind)]
        if not granted:
            log.debug("Windows grants no power request (error %d)", ctypes.get_last_error())
        try:
            yield
        finally:
            for kind in granted:
                _kernel32.PowerClearRequest(request, kind)
            if request and request != _INVALID_HANDLE:
                _kernel32.CloseHandle(request)

    @contextmanager
    def _no_throttling() -> Iterator[None]:
        """Neither efficiency mode nor, on Windows 11, a coarse timer for a process whose windows are hidden."""
        throttled = _EXECUTION_SPEED | _IGNORE_TIMER_RESOLUTION
        granted = _set_throttling(throttled, 0) or _set_throttling(_EXECUTION_SPEED, 0)
        try:
            yield
        finally:
            if granted:
                _set_throttling(0, 0)  # Windows decides again

    def _set_throttling(mask: int, state: int) -> bool:
        set_information = getattr(_kernel32, "SetProcessInformation", None)  # Windows 8
        if set_information is None:
            return False
        wanted = _PowerThrottling(Version=1, ControlMask=mask, StateMask=state)
        process = _kernel32.GetCurrentProcess()
        return bool(set_information(process, _POWER_THROTTLING, ctypes.byref(wanted), ctypes.sizeof(wanted)))

else:
    from contextlib import AbstractContextManager

    @contextmanager
    def tick_thread(task: str = "Capture") -> Iterator[None]:
        """Nothing to do here."""
        del task
        yield

    def _grants() -> tuple[AbstractContextManager[None], ...]:
        return ()
