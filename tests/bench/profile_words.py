"""What the profile's figures say, in sentences: how far above the encoder's own cost we are, and what of it is ours."""

import re
from collections.abc import Mapping

from tests.bench.report import PartResult

ENCODER = "encode"
WHAT_WAS_DONE = {
    "capture": "0141-the-x-server-says-what-changed",
    "compare": "0141-the-x-server-says-what-changed",
    "convert": "0052-area-conversion",
    "repeat": "0142-libx264-rests-while-nothing-moves",
    "sound": "0010-sound-is-read-between-its-samples",
}
"""By stage: the decision that tells what was done about its cost."""

_ALONE = re.compile(r"([\d.]+) ms x264 alone")


def profile_words(result: PartResult) -> list[str]:
    """A sentence or two for each picture that was profiled; none where there is no profile."""
    sentences = []
    for plot in result.plots:
        if plot.name != "profile":
            continue
        for series in plot.series:
            spent = dict(zip(map(str, series.x), series.y, strict=True))
            if ENCODER in spent:
                sentences.append(_words(series.label, spent, alone(result, series.label) or spent[ENCODER]))
    return sentences


def alone(result: PartResult, picture: str) -> float | None:
    """Milliseconds per frame of the encoder without us, where a row of this picture tells them."""
    for row in result.rows:
        if row.what.endswith(picture) and (found := _ALONE.search(row.peer)):
            return float(found[1])
    return None


def _words(picture: str, spent: Mapping[str, float], encoder: float) -> str:
    total = sum(spent.values())
    ours = sorted(((ms, name) for name, ms in spent.items() if name != ENCODER), reverse=True)
    whole = sum(ms for ms, _ in ours)
    (largest, name), (second, other), *_ = [*ours, (0.0, "nothing"), (0.0, "nothing")]
    done = f" ([what was done about it](decisions/{WHAT_WAS_DONE[name]}.md))" if name in WHAT_WAS_DONE else ""
    against = "as much as" if round(total / encoder, 2) == 1 else f"{total / encoder:.2f} times"
    return (
        f"**{picture.capitalize()} picture**: a frame takes {total:.1f} ms of CPU, {against} the {encoder:.1f} ms that "
        f"the encoder alone takes for such a frame. {spent[ENCODER]:.1f} ms of it are the encoder's, {whole:.1f} ms "
        f"ours, of which *{name}* is the largest part with {largest:.1f} ms{done}, then *{other}* with {second:.1f} ms."
    )
