"""rtmp_path: every form of a path that services and servers hand out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.rtmp_path import split_path, whole_application


@pytest.mark.parametrize(
    ("path", "app", "name"),
    [
        ("/live/key", "live", "key"),
        ("/app/more/key", "app/more", "key"),
        ("//app//more///key", "app/more", "key"),
        ("/live/key?token=1", "live", "key?token=1"),
        ("/live/key?sign=a/b&x=1", "live", "key?sign=a/b&x=1"),
        ("/live/key?sign=a/b", "live", "key?sign=a/b"),
        ("/live/key?sign=a/b?c=d/e", "live", "key?sign=a/b?c=d/e"),
        ("/live/key?vhost=x&sign=a/b&y=1", "live", "key?vhost=x&sign=a/b&y=1"),
        ("/live/key?vhost=x", "live", "key?vhost=x"),
        ("/mystream", "mystream", ""),
        ("/mystream?user=u", "mystream?user=u", ""),
        ("/mystream?user=u&pass=a/b&x=1", "mystream?user=u&pass=a/b&x=1", ""),
        ("/live?vhost=x/s", "live?vhost=x", "s"),
        ("/live?vhost=x/s?sign=a/b&x=1", "live?vhost=x", "s?sign=a/b&x=1"),
        ("/live?vhost=x/more/s", "live?vhost=x/more", "s"),
        ("/live2?backup=1/K", "live2?backup=1", "K"),
        ("/live2?backup=1/a-b=", "live2?backup=1", "a-b="),
        ("/app/inst?vhost=x/s", "app/inst?vhost=x", "s"),
        ("/app/inst?a=1&vhost=x/s?k=v", "app/inst?a=1&vhost=x", "s?k=v"),
        ("/app/inst?myvhost=x/s", "app", "inst?myvhost=x/s"),
        ("", "", ""),
        ("/", "", ""),
        ("/?key=1/s", "", ""),
        ("/live/", "live", ""),
        ("/app/more/", "app/more", ""),
        ("/live/?key", "live", ""),
        ("/live?vhost=x/", "live?vhost=x", ""),
        ("/live?vhost=x/more/", "live?vhost=x/more", ""),
    ],
)
def test_the_slash_that_parts_them(path: str, app: str, name: str) -> None:
    assert split_path(path) == (app, name)


@pytest.mark.parametrize(
    ("path", "app"),
    [
        ("/live", "live"),
        ("/live/", "live"),
        ("//app/inst/", "app/inst"),
        ("/live?vhost=x", "live?vhost=x"),
        ("/live2?backup=1/", "live2?backup=1"),
        ("", ""),
    ],
)
def test_beside_a_key_all_is_the_application(path: str, app: str) -> None:
    assert whole_application(path) == app


_word = st.text(alphabet="abcXYZ019-._~%!$'()*+,;:@|[]\\", min_size=1, max_size=20)


@given(st.lists(_word, min_size=1, max_size=3), _word, st.one_of(st.just(""), _word.map(lambda w: f"?x={w}")))
def test_nothing_is_lost_or_changed(apps: list[str], key: str, arguments: str) -> None:
    assert split_path(f"/{'/'.join(apps)}/{key}{arguments}") == ("/".join(apps), key + arguments)


@given(st.text(alphabet="a/?&=vhost", max_size=30))
def test_any_path_is_cut_somewhere(path: str) -> None:
    app, name = split_path(path)
    assert not app.startswith("/")
    assert "/" not in name.partition("?")[0]
