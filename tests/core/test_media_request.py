"""Jobs on files as values."""

from ionia.core.media_request import (
    REQUESTS,
    VERBS,
    ClipRequest,
    FinalizeRequest,
    ProbeRequest,
    RemuxRequest,
    output_of,
)


def test_each_verb_has_a_request_of_its_own() -> None:
    assert {VERBS[request] for request in REQUESTS.values()} == set(REQUESTS)


def test_where_a_job_makes_a_file() -> None:
    assert output_of(FinalizeRequest(path="a")) is output_of(ProbeRequest(path="a")) is None
    assert output_of(RemuxRequest(path="a")) == "a"
    assert output_of(RemuxRequest(path="a", output="b")) == output_of(ClipRequest(path="a", output="b")) == "b"
