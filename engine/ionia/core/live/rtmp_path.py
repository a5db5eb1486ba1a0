"""Where the application ends and the stream's name begins in the path of a publishing address.

The name, with its arguments, is the stream key. Servers compare both strings as they are, so nothing is decoded here.
Arguments may stand behind the application, the name, or both, and may hold slashes of their own; so which slash parts
the two is a matter of the forms in use:

| path | application | name |
|---|---|---|
| `app/key`, `app/more/key` | all but the last segment | the last segment |
| `app/key?sign=a/b&x=1` | `app` | `key?sign=a/b&x=1` |
| `app`, `app?user=u` | the whole | empty (servers that know a stream by its application) |
| `app?vhost=x/key`, `app?backup=1/key` | up to the slash (SRS, YouTube's backup) | behind it |
| `app/instance?vhost=x/key` | likewise, for `vhost` alone: SRS takes that one from the application only | likewise |
"""


def split_path(path: str) -> tuple[str, str]:
    """Application and name of a path; both may be empty. Empty segments are left out.

    A path that ends with a slash has no name.
    """
    place, question, arguments = path.partition("?")
    segments = _segments(place)
    if not segments or place.endswith("/"):
        return "/".join(segments), ""
    inner, slash, behind = arguments.partition("/")
    if slash and _ends_application(segments, inner, behind):
        behind, *own_arguments = behind.partition("?")
        more = [inner, *_segments(behind)]
        name = more.pop() if len(more) > 1 and not behind.endswith("/") else ""
        return "/".join(segments) + "?" + "/".join(more), name + "".join(own_arguments)
    if len(segments) == 1:
        return segments[0] + question + arguments, ""
    return "/".join(segments[:-1]), segments[-1] + question + arguments


def whole_application(path: str) -> str:
    """The application of an address whose stream key was given beside it."""
    place, question, arguments = path.partition("?")
    return "/".join(_segments(place)) + question + arguments.rstrip("/")


def _ends_application(segments: list[str], inner: str, behind: str) -> bool:
    """Whether the slash between these two ends the application's arguments, rather than being part of a value."""
    if "&" in behind.partition("?")[0]:
        return False
    return len(segments) == 1 or any(one.startswith("vhost=") for one in inner.split("&"))


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]
