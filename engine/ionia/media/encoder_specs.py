"""The encoders Ionia knows, in the order it prefers them, and every setting each of them gets.

One table, so that whoever wonders why an encoder behaves as it does looks in one place. Nothing here opens anything.
Each option was checked against the libav build (`ffmpeg -h encoder=NAME`); the reason stands behind it. All give:
constant bit rate or, where one is asked for, constant quality of at most so many bits; no B-frames but for files that
ask for them of a software encoder, no delay otherwise, closed GOPs and IDR pictures where we ask for a keyframe.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ionia.core.codec.codec import AV1, H264, HEVC, VideoCodec
from ionia.core.media import PixelFormat
from ionia.core.settings import CodecName, EncoderChoice, VideoEncodeSettings
from ionia.core.video.quality import ConstantQuality
from ionia.platform.graphics_devices import AMD, INTEL, NVIDIA


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSpec:
    """One encoder. `options` are libav's, apart from those that every encoder shares (rate, GOP, colour).

    `needs` completes "needs ..." for people when it does not open. `follows_bitrate`: whether a bit rate that is set
    while it runs has an effect. `automatic`: whether it is taken by those who leave the choice to us."""

    name: str
    choice: EncoderChoice | None
    hardware: bool
    pixel_format: PixelFormat
    options: Callable[[VideoEncodeSettings], Mapping[str, str]]
    needs: str
    platform: str = ""
    follows_bitrate: bool = True
    automatic: bool = True
    codec: VideoCodec = H264
    threads_in: tuple[str, str, str] | None = None
    """Which option, and what in it, says how many threads encode, and what stands for one; None: libav's own."""
    b_frames_behind: Callable[[int], int] | None = None
    """By how many frames it is behind with so many B-frames in a row; None: it makes none. None refers to another: so
    one picture is reordered."""
    header_from_picture: bool = False
    """Whether the encoder's header differs from the one in its pictures, which is what counts."""
    surfaces: str = ""
    """libav's name of the adapter's pictures (BGRA) that it takes as they are; empty: none."""
    adapter_vendor: int = 0
    """Whose adapters it is a part of, by PCI's number; 0: anybody's."""
    settles_ms: int = 0
    """How long it is left alone between a packet and the next picture."""
    pixels_per_core: int | None = None
    """How many pixels it makes in a second of one core's time, and leaves a third of it to others. A take that asks for
    more than the machine's cores is refused before it begins; None: any is tried."""


def _level(quality: ConstantQuality) -> str:
    """As the hardware encoders count, from 1 to 51; they take whole numbers only."""
    return str(max(1, round(quality.crf)))


def _nvenc(settings: VideoEncodeSettings) -> Mapping[str, str]:
    # Source: NVENC Video Encoder API Programming Guide, "Recommended NVENC settings", low-latency game streaming.
    quality = settings.quality
    # Source: FFmpeg's nvenc.c: in VBR `cq` is the target, and the bit rate has to be 0.
    rate = {"rc": "cbr"} if quality is None else {"rc": "vbr", "cq": _level(quality), "b": "0"}
    return {
        **rate,
        "preset": "p4",
        "tune": "ll",
        "multipass": "qres",  # a quarter-size first pass finds the rate of a sudden full-screen change
        "zerolatency": "1",  # no reordering delay
        "delay": "0",  # a packet for each picture at once
        "forced-idr": "1",  # pict_type I means IDR
        "no-scenecut": "1",
        "strict_gop": "1",
        "b_ref_mode": "disabled",
        "profile": "high",
    }


def _qsv(settings: VideoEncodeSettings) -> Mapping[str, str]:
    # Source: FFmpeg's qsvenc.c: CBR is chosen when maxrate equals the bit rate; async_depth pictures are held back.
    # With a global quality and a maxrate above the bit rate it is QVBR: that quality, capped.
    quality = settings.quality
    rate = {} if quality is None else {"global_quality": _level(quality), "b": str(quality.max_bitrate * 9 // 10)}
    return {
        **rate,
        "preset": "veryfast",
        "profile": "high",
        "look_ahead": "0",
        "async_depth": "1",
        "low_delay_brc": "1",
        "scenario": "displayremoting",
        "forced_idr": "1",
        "idr_interval": "0",  # every I picture of the GOP structure is an IDR
    }


def _amf(settings: VideoEncodeSettings) -> Mapping[str, str]:
    # Source: AMD AMF Video Encode API, AMF_VIDEO_ENCODER_USAGE_LOW_LATENCY; QVBR's levels count from 1 to 51.
    quality = settings.quality
    rate = {"rc": "cbr"}
    if quality is not None:
        rate = {"rc": "qvbr", "qvbr_quality_level": _level(quality), "b": str(quality.max_bitrate)}
    return {
        **rate,
        "usage": "lowlatency",
        "quality": "balanced",
        "profile": "high",
        "enforce_hrd": "1",
        "frame_skipping": "0",  # the encoder must never drop a picture of the constant frame rate
        "bf": "0",
        "forced_idr": "1",
    }


def _mf(settings: VideoEncodeSettings) -> Mapping[str, str]:
    # Hardware only: Microsoft's software encoder is worse than x264 in every respect. Its quality counts from 0 to 100,
    # higher is better, and knows no cap. Source: FFmpeg's mfenc.c: the peak of a pc_vbr is the maxrate.
    quality = settings.quality
    rate = {"rate_control": "cbr"}
    if quality is not None and quality.capped:  # a cap that somebody asked for is kept before the quality
        rate = {"rate_control": "pc_vbr", "b": str(quality.max_bitrate * 9 // 10)}
    elif quality is not None:
        rate = {"rate_control": "quality", "quality": str(round(100 * (51 - quality.crf) / 51))}
    return {**rate, "scenario": "display_remoting", "hw_encoding": "1"}


def _x264(settings: VideoEncodeSettings) -> Mapping[str, str]:
    # Measured on screen content, decision 0051: the CPU goes down by a fifth at equal PSNR and SSIM.
    quality = settings.quality
    # x264 counts the pictures that it sees; with a constant quality we alone say where a keyframe is due.
    interval = settings.keyframe_interval if quality is None else "infinite"
    params = {
        "keyint": interval,
        "min-keyint": settings.keyframe_interval,
        "scenecut": 0,  # keyframes only where they are due or asked for
        "open-gop": 0,
        "weightp": 0,  # helps fades; screens do not fade
        "subme": 1,  # veryfast's 2 costs a fifth more time and gains nothing on a screen
        "aq-strength": 0.4,  # at 1.0 flat walls take bits away from text
        "chromaloc": 1,  # the converter puts chroma in the centre of its 2 x 2 luma samples
    }
    if settings.b_frames:
        # As many as were asked for, always: nothing is looked at ahead that would tell where fewer are better.
        params |= {"bframes": settings.b_frames, "b-adapt": 0, "b-pyramid": "none"}
    if quality is None:
        params["filler"] = 1  # a constant rate on a static screen too; files leave it out again (core/codec/h264.py)
    return {
        **({} if quality is None else {"crf": f"{quality.crf:g}"}),
        "preset": "veryfast",
        "tune": "zerolatency",
        "profile": "high",
        "forced-idr": "1",
        "x264-params": ":".join(f"{key}={value}" for key, value in params.items()),
    }


SPECS = (
    EncoderSpec(
        needs="an NVIDIA GPU and its driver",
        name="h264_nvenc",
        choice=EncoderChoice.NVENC,
        hardware=True,
        surfaces="d3d11",
        adapter_vendor=NVIDIA,
        pixel_format=PixelFormat.YUV420P,
        options=_nvenc,
    ),
    EncoderSpec(
        needs="an Intel GPU and its media driver",
        name="h264_qsv",
        choice=EncoderChoice.QSV,
        hardware=True,
        adapter_vendor=INTEL,
        pixel_format=PixelFormat.NV12,
        options=_qsv,
    ),
    EncoderSpec(
        needs="an AMD GPU and its driver",
        name="h264_amf",
        choice=EncoderChoice.AMF,
        hardware=True,
        surfaces="d3d11",
        adapter_vendor=AMD,
        pixel_format=PixelFormat.YUV420P,
        options=_amf,
        follows_bitrate=False,  # source: FFmpeg's amfenc.c sets the rate when it opens and never again
    ),
    EncoderSpec(
        needs="a GPU with an H.264 encoder",
        name="h264_mf",
        choice=EncoderChoice.MF,
        automatic=False,
        hardware=True,
        pixel_format=PixelFormat.NV12,
        options=_mf,
        platform="win32",
        follows_bitrate=False,  # source: FFmpeg's mfenc.c, likewise
    ),
    EncoderSpec(
        needs="a size and bit rate within H.264's limits",
        name="libx264",
        choice=EncoderChoice.X264,
        hardware=False,
        pixel_format=PixelFormat.YUV420P,
        options=_x264,
        b_frames_behind=lambda count: count + 1,
    ),
)

X264 = SPECS[-1]


def hevc_level(crf: float) -> float:
    """x265's CRF for pictures as good as x264's at `crf`, in fewer bits (decision 0378)."""
    return min(51.0, crf + 4)


def av1_level(crf: float) -> int:
    """SVT-AV1's, which counts from 1 to 63: measured from 18 on, in proportion below (decision 0378)."""
    return max(1, min(63, round(crf + 24 if crf > 18 else crf * 42 / 18)))


_CAPPED_AV1_BETTER = 12
"""By so much its quantizer may be better than the CRF whose look is wanted, as CRF makes some pictures (decision
0419)."""


def _x265(settings: VideoEncodeSettings) -> Mapping[str, str]:
    # keyint -1: we alone say where a keyframe is due. info 0: no text of the encoder's options in the file.
    params = "log-level=0:info=0:keyint=-1:scenecut=0:open-gop=0:frame-threads=1:chromaloc=1"
    params += f":bframes={settings.b_frames}"
    if settings.b_frames:  # its lookahead has to hold all that lie between
        params += f":b-adapt=0:b-pyramid=0:rc-lookahead={settings.b_frames + 1}"
    quality = settings.quality
    return {
        **({} if quality is None else {"crf": f"{hevc_level(quality.crf):g}"}),
        "preset": "superfast",
        "tune": "zerolatency",
        "forced-idr": "1",
        "x265-params": params,
    }


def _svtav1(settings: VideoEncodeSettings) -> Mapping[str, str]:
    # Source: SVT-AV1's Parameters.md: pred-struct 1 is low delay, in which rc must be CQP/CRF (0) or CBR (2).
    quality = settings.quality
    options, rate = {"preset": "12"}, "rc=2"
    if quality is not None and quality.capped:  # CRF knows no cap there: at most so many bits, and no better than asked
        least = max(1, av1_level(quality.crf) - _CAPPED_AV1_BETTER)
        rate += f":tbr={max(1, quality.max_bitrate // 1000)}:min-qp={least}"
    elif quality is not None:
        options["crf"], rate = str(av1_level(quality.crf)), "rc=0"
    # scm: the screen's content
    return options | {"svtav1-params": f"rtc=1:pred-struct=1:keyint=-1:lookahead=0:scd=0:scm=1:{rate}"}


def _without_profile(
    options: Callable[[VideoEncodeSettings], Mapping[str, str]],
) -> Callable[[VideoEncodeSettings], Mapping[str, str]]:
    """The same vendor's options for another codec, whose profiles have other names."""
    return lambda settings: {name: value for name, value in options(settings).items() if name != "profile"}


def _of_codec(codec: VideoCodec, software: EncoderSpec) -> tuple[EncoderSpec, ...]:
    """The hardware's encoders of another codec, by the same table, and the software's behind them."""
    hardware = (
        replace(
            spec,
            name=spec.name.replace("h264", codec.name),
            needs=spec.needs.replace("H.264", codec.name.upper()),
            options=_without_profile(spec.options),
            codec=codec,
        )
        for spec in SPECS
        if spec.hardware and spec.name != "h264_mf"
    )
    return (*hardware, software)


HEVC_SPECS = _of_codec(
    HEVC,
    EncoderSpec(
        needs="a size and bit rate within HEVC's limits",
        name="libx265",
        choice=EncoderChoice.X264,
        hardware=False,
        pixel_format=PixelFormat.YUV420P,
        options=_x265,
        follows_bitrate=False,
        codec=HEVC,
        b_frames_behind=lambda count: 5 + 2 * count,  # measured, x265 4.1: its lookahead is filled first
        threads_in=("x265-params", "pools", "none"),  # its pool's threads lower their own priority
        pixels_per_core=11_000_000,  # 125 ms of CPU for 1920x1080 (decision 0362)
    ),
)

AV1_SPECS = _of_codec(
    AV1,
    EncoderSpec(
        needs="a size and bit rate within AV1's limits",
        name="libsvtav1",
        choice=EncoderChoice.X264,
        hardware=False,
        pixel_format=PixelFormat.YUV420P,
        options=_svtav1,
        follows_bitrate=False,
        codec=AV1,
        threads_in=("svtav1-params", "lp", "1"),
        header_from_picture=True,
        settles_ms=2,  # given one at once, while its threads are at the last one, it may stand still (decision 0437)
    ),
)

_OF_CODEC: Mapping[CodecName, tuple[EncoderSpec, ...]] = {"h264": SPECS, "hevc": HEVC_SPECS, "av1": AV1_SPECS}


LIVE_BUFFER_SECONDS = 0.35
"""The rate buffer of a stream: its bit rate keeps within 10 % in each second (decision 0051)."""

FILE_BUFFER_SECONDS = 1.0
"""That of a recording: a whole new screen may borrow from the second around it."""


def rate_buffer_bits(settings: VideoEncodeSettings) -> int:
    """The size of the encoder's rate buffer (VBV)."""
    seconds = LIVE_BUFFER_SECONDS if settings.live else FILE_BUFFER_SECONDS
    return round(settings.most_bitrate * seconds)


_MOST_BEHIND_SECONDS = 1
"""By which an encoder may be behind for B-frames: a `stop` waits for them, and an engine that ends has no time."""


def b_frames_of(spec: EncoderSpec, settings: VideoEncodeSettings) -> int:
    """The most B-frames in a row that this encoder makes of what was asked for: fewer at few frames a second."""
    behind = spec.b_frames_behind
    if behind is None:
        return 0
    counts = range(settings.b_frames, 0, -1)
    return next((count for count in counts if behind(count) <= _MOST_BEHIND_SECONDS * settings.fps), 0)


def fewer_b_frames(spec: EncoderSpec, settings: VideoEncodeSettings) -> str:
    """Why there are not as many as were asked for, in words that follow the encoder's name; empty if there are."""
    made = b_frames_of(spec, settings)
    if made == settings.b_frames:
        return ""
    if spec.b_frames_behind is None:
        return "makes no B-frames here"
    count = f"no more than {made}" if made else "no"
    return f"makes {count} B-frames at {float(settings.fps):g} fps: a stop would have to wait for them"


def specs_for(platform: str, codec: CodecName = "h264") -> tuple[EncoderSpec, ...]:
    """The encoders of a codec that exist on a platform (`sys.platform`), best first."""
    return tuple(spec for spec in _OF_CODEC[codec] if spec.platform in ("", platform))


def software_of(codec: VideoCodec) -> EncoderSpec:
    """The codec's encoder that needs no hardware."""
    return next(specs[-1] for specs in _OF_CODEC.values() if specs[-1].codec is codec)


def candidates(choice: EncoderChoice, platform: str, codec: CodecName = "h264") -> tuple[EncoderSpec, ...]:
    """What to try for a choice, in order. The codec's software encoder is always the last: a recording is worth more
    than its encoder."""
    specs = specs_for(platform, codec)
    if choice is EncoderChoice.AUTO:
        return tuple(spec for spec in specs if spec.automatic)
    wanted = tuple(spec for spec in specs if spec.choice is choice)
    return wanted if specs[-1] in wanted else (*wanted, specs[-1])
