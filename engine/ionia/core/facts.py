"""How the values that are told to clients say what they mean: notes within the annotations of their fields.

A field is `Annotated[int, "frames"]`: the text says what it is, with its unit, and becomes the description in the
published schema. Beside texts there are the marks below. Whoever writes such values for a client needs no more than
this to do so, and nothing else may name their fields anew.
"""

from enum import Enum
from typing import Annotated


class Mark(Enum):
    """What the text of a field can't say."""

    FLAT = "the fields of this value stand in its place"
    SENTENCE = "free text for people: whatever secret was learnt is searched for in it"
    OMITTED_IF_NONE = "left out where it is None"


Sentence = Annotated[str, Mark.SENTENCE, "One line for people, or empty."]
