"""When a preview's pictures are due, in literal times."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ionia.core.preview.policy import ALIVE_NS, LINGER_NS, Due, PreviewPolicy

MS = 1_000_000


def reading(fps: int = 10) -> PreviewPolicy:
    policy = PreviewPolicy(fps=fps, now_ns=0)
    policy.reader_came(0)
    policy.reader_ready(0)
    return policy


def test_nobody_reads_and_the_screen_is_let_go() -> None:
    policy = PreviewPolicy(fps=10, now_ns=0)
    assert policy.due(0) is Due.NOTHING
    assert policy.looks(LINGER_NS - 1)
    assert policy.deadline_ns(0) == LINGER_NS
    assert not policy.looks(LINGER_NS)
    assert policy.deadline_ns(LINGER_NS) is None


def test_a_reader_that_is_not_ready_gets_nothing_and_costs_nothing() -> None:
    policy = PreviewPolicy(fps=10, now_ns=0)
    policy.reader_came(0)
    assert policy.due(ALIVE_NS) is Due.NOTHING
    assert not policy.looks(LINGER_NS)


def test_pictures_keep_the_step_though_each_comes_a_little_late() -> None:
    policy = reading()
    sent = []
    for now_ms in range(0, 1000, 33):
        if policy.due(now_ms * MS) is Due.PICTURE:
            sent.append(now_ms)
            policy.looked(now_ms * MS, sent=True)
            policy.reader_ready(now_ms * MS)
    assert sent == [0, 132, 231, 330, 429, 528, 627, 726, 825, 924]


def test_behind_a_pause_there_is_no_burst() -> None:
    policy = reading()
    policy.looked(0, sent=True)
    policy.reader_ready(0)
    assert policy.due(730 * MS) is Due.PICTURE
    policy.looked(730 * MS, sent=True)
    policy.reader_ready(731 * MS)
    assert policy.due(829 * MS) is Due.NOTHING
    assert policy.deadline_ns(731 * MS) == 830 * MS


def test_a_picture_that_looks_as_before_leaves_the_reader_ready() -> None:
    policy = reading()
    policy.looked(0, sent=False)
    assert policy.wants_picture
    assert policy.due(99 * MS) is Due.NOTHING
    assert policy.due(100 * MS) is Due.PICTURE


def test_who_is_behind_gets_nothing_until_it_says_so() -> None:
    policy = reading()
    policy.looked(0, sent=True)
    assert policy.due(5000 * MS) is Due.NOTHING
    assert policy.looks(LINGER_NS - 1)
    assert not policy.looks(LINGER_NS)
    policy.reader_ready(6000 * MS)
    assert policy.looks(6000 * MS)
    assert policy.due(6000 * MS) is Due.PICTURE


def test_a_screen_that_stands_still_is_told_now_and_then() -> None:
    policy = reading()
    policy.looked(0, sent=False)
    assert policy.deadline_ns(200 * MS) == ALIVE_NS
    assert policy.due(ALIVE_NS) is Due.SIGN_OF_LIFE
    policy.signed(ALIVE_NS)
    assert policy.due(ALIVE_NS + 1) is Due.PICTURE  # one that isn't there
    assert policy.deadline_ns(ALIVE_NS + 1) == 2 * ALIVE_NS


def test_paused_nothing_is_looked_at_and_then_at_once() -> None:
    policy = reading()
    policy.change(10 * MS, paused=True)
    assert policy.due(500 * MS) is Due.NOTHING
    assert not policy.looks(10 * MS)
    policy.change(900 * MS, paused=False)
    assert policy.looks(900 * MS)
    assert policy.due(900 * MS) is Due.PICTURE


def test_another_rate_holds_at_once() -> None:
    policy = PreviewPolicy(fps=1, now_ns=0)
    policy.reader_came(0)
    policy.reader_ready(0)
    policy.looked(0, sent=True)
    policy.reader_ready(0)
    policy.change(10 * MS, fps=50)
    assert policy.due(30 * MS) is Due.PICTURE


class Readers(RuleBasedStateMachine):
    """Whatever happens: no wait is for an instant that has passed, and nobody gets what it didn't ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ns = 0
        self.policy = PreviewPolicy(fps=12, now_ns=0)
        self.asked = 0

    @rule(ms=st.integers(0, 3000))
    def time_passes(self, ms: int) -> None:
        self.now_ns += ms * MS

    @rule()
    def comes(self) -> None:
        self.policy.reader_came(self.now_ns)
        self.asked = 0

    @rule()
    def goes(self) -> None:
        self.policy.reader_gone(self.now_ns)
        self.asked = 0

    @rule()
    def is_ready(self) -> None:
        self.policy.reader_ready(self.now_ns)
        self.asked = 1

    @rule(paused=st.booleans())
    def is_paused(self, *, paused: bool) -> None:
        self.policy.change(self.now_ns, paused=paused)

    @rule(there=st.booleans(), new=st.booleans())
    def does_what_is_due(self, *, there: bool, new: bool) -> None:
        match self.policy.due(self.now_ns):
            case Due.PICTURE if there:
                assert self.asked
                self.policy.looked(self.now_ns, sent=new)
                self.asked -= new
            case Due.SIGN_OF_LIFE:
                assert self.asked
                self.policy.signed(self.now_ns)

    @invariant()
    def waits_for_what_is_to_come(self) -> None:
        if self.policy.due(self.now_ns) is not Due.SIGN_OF_LIFE:
            deadline_ns = self.policy.deadline_ns(self.now_ns)
            assert deadline_ns is None or deadline_ns > self.now_ns
        if self.policy.wants_picture:
            assert self.policy.looks(self.now_ns)


TestReaders = Readers.TestCase
