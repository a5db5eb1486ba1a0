"""A packet in the form of a file's samples makes the same file."""

from dataclasses import replace

from ionia.core.codec.h264 import annex_b
from ionia.core.media import VIDEO
from ionia.core.mp4.writer import Mp4Writer
from ionia.core.timeline.stored_form import StoredForm
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.media import audio_packet, video_packet

OTHER_SETS = [bytes.fromhex("6742c01e59"), bytes.fromhex("685e3c80")]
"""An SPS of another encoder, whose id is free, and its PPS."""


def test_a_picture_has_lengths_and_neither_filler_nor_what_the_header_says() -> None:
    header = encoded_clip().header
    sets = list(header.video.codec.parameter_sets(header.video.extradata))
    unit = annex_b([b"\x09\xf0", *sets, b"\x65key", b"\x0c\xff\x80"])
    form = StoredForm(header)
    packet = video_packet(3, keyframe=True, data=unit)
    stored = form.of(packet)
    assert stored == replace(packet, data=b"\x00\x00\x00\x04\x65key", stored=True)
    assert form.of(stored) is stored


def test_sound_stays_as_it_is() -> None:
    packet = audio_packet(1)
    assert StoredForm(encoded_clip().header).of(packet) is packet


def test_the_file_is_the_same_byte_for_byte_also_with_an_encoder_that_was_replaced() -> None:
    clip = encoded_clip()
    form = StoredForm(clip.header)
    packets = list(clip.packets)
    last = next(number for number in reversed(range(len(packets))) if packets[number].track == VIDEO)
    packets[last] = replace(packets[last], keyframe=True, data=annex_b([*OTHER_SETS, b"\x65other"]))
    files = []
    for each in (packets, [form.of(packet) for packet in packets]):
        writer = Mp4Writer(clip.header)
        for packet in each:
            writer.add(packet)
        fragment = writer.fragment()
        writer.commit()
        files.append((fragment, writer.finish()))
    assert files[0] == files[1]
    assert all(one in files[0][1].tail for one in OTHER_SETS)
