"""commands: the words of FFmpeg's publisher, and which of them an answer is for."""

from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.rtmp.amf0 import decode
from ionia.core.rtmp.commands import ANNOUNCE, CREATE, RELEASE, UNANNOUNCE, Commands

URL = parse_rtmp_url("rtmp://h:1936/app/inst/key?a=b")


def test_the_words() -> None:
    commands = Commands(URL, "")
    said = [
        commands.connect(),
        commands.named(RELEASE),
        commands.named(ANNOUNCE),
        commands.create(),
        commands.publish(),
        commands.check_bandwidth(),
        commands.named(UNANNOUNCE),
        commands.delete(3),
    ]
    connect, *rest = [decode(body) for body in said]
    assert connect[:2] == ["connect", 1.0]
    assert list(connect[2].items()) == [  # type: ignore[union-attr]
        ("app", "app/inst"),
        ("type", "nonprivate"),
        ("flashVer", "FMLE/3.0 (compatible; FMSc/1.0)"),
        ("tcUrl", "rtmp://h:1936/app/inst"),
    ]
    assert rest == [
        ["releaseStream", 2.0, None, "key?a=b"],
        ["FCPublish", 3.0, None, "key?a=b"],
        ["createStream", 4.0, None],
        ["publish", 5.0, None, "key?a=b", "live"],
        ["_checkbw", 6.0, None],
        ["FCUnpublish", 7.0, None, "key?a=b"],
        ["deleteStream", 8.0, None, 3.0],
    ]


def test_a_login_is_part_of_the_application() -> None:
    (_, _, said) = decode(Commands(URL, "?authmod=adobe&user=u").connect())
    assert isinstance(said, dict)
    assert said["app"] == "app/inst?authmod=adobe&user=u"
    assert said["tcUrl"] == "rtmp://h:1936/app/inst?authmod=adobe&user=u"


def test_answers_find_their_command() -> None:
    commands = Commands(URL, "")
    commands.connect()
    commands.create()
    assert [commands.answered(number) for number in (1.0, 2.0, 2.5, 0.0, 3.0, float("inf"), "2", None)] == [
        "connect", CREATE, "", "", "", "", "", "",
    ]  # fmt: skip
