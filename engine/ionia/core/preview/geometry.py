"""How large preview pictures are. Which part of a screen they show says `core.video.framing`, as for encoders."""

from ionia.core.video.framing import Size, even


def fitted(size: Size, most: Size) -> Size:
    """The largest even size of this shape within these bounds, never larger than it is."""
    scale = min(1.0, most[0] / size[0], most[1] / size[1])
    return min(even(round(size[0] * scale)), even(most[0])), min(even(round(size[1] * scale)), even(most[1]))


def row_step(height: int, wanted: int) -> int:
    """Of a picture that is made much smaller every so many rows suffice: three for two that are wanted, or more."""
    return max(1, height * 2 // (wanted * 3))


def side_halvings(size: Size, wanted: Size) -> int:
    """How often both sides of a picture may be halved so that neither gets shorter than is wanted."""
    return max(0, min(side // least for side, least in zip(size, wanted, strict=True)).bit_length() - 1)


def chroma_halvings(rows: int, wanted: int) -> int:
    """How often the colour of every other one of `rows` may be left out, twice at most, so that enough is left for
    `wanted` rows, whose own colour has half as many."""
    return max(halvings for halvings in range(3) if halvings == 0 or rows >> halvings >= wanted * 3 // 4)
