"""messages: a message's body is never shown."""

from ionia.core.rtmp.messages import COMMAND, Message


def test_a_message_does_not_show_its_body() -> None:
    shown = repr(Message(kind=COMMAND, body=b"SeCrEt", timestamp=7, stream=1))
    assert shown == "Message(kind=20, 6 bytes, timestamp=7, stream=1)"
