"""flv_messages: tags and messages are the same bodies, types and times."""

from ionia.core.rtmp.flv_messages import messages_of

HEADER = b"FLV\x01\x05\0\0\0\x09\0\0\0\0"
SOUND = bytes.fromhex("08 000003 020304 01 000000 414243 0000000E")
SCRIPT = bytes.fromhex("12 000002 000000 00 000000 4142 0000000D")


def seen(tags: bytes) -> list[tuple[int, int, int, bytes]]:
    return [
        (message.kind, message.timestamp, message.stream, bytes(message.body))
        for message in messages_of(tags, stream=3)
    ]


def test_with_and_without_the_header_of_a_file() -> None:
    sound = (8, 0x01020304, 3, b"ABC")
    assert seen(SOUND) == [sound]
    assert seen(HEADER + SOUND + SOUND) == [sound, sound]
    assert seen(HEADER) == seen(b"") == []


def test_the_server_is_asked_to_keep_the_properties() -> None:
    assert seen(SCRIPT) == [(18, 0, 3, b"\x02\0\x0d@setDataFrameAB")]
