"""Whatever happens, in whatever order: the books of shop and SAP agree in the end.

One or two orders go through the whole cycle while customers, clerks, impatient users, several
workers, schedulers and sweeps act in any order, and calls, answers, sessions and workers get lost.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.sandbox.sap.documents import OrderItem
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from tests.properties.guards import GUARDS
from tests.properties.judgement import wrong_with
from tests.properties.people import SHAPES
from tests.properties.profiles import IS_LONG, examples, search
from tests.properties.storm import KINDS, Act, Trouble
from tests.properties.stormy_world import StormyWorld

pytestmark = pytest.mark.slow

MACHINE = ("run", "work", "tick", "sweep", "wait", "click", "cut", "arrive", "restart", "retry")
PEOPLE = (
    "deliver", "pick", "leave", "track", "bill", "cancel bill", "take back", "hold", "unhold",
    "comment", "place", "edit", "edit", "resend", "sap fails", "shop fails",
    "reject line", "free goods", "cartons",
)  # fmt: skip
NUMBERS = st.integers(0, 10_000)

machine_acts = st.builds(Act, st.sampled_from(MACHINE), NUMBERS)
people_acts = st.builds(Act, st.sampled_from(PEOPLE), NUMBERS)
# While one worker stalls: its lease runs out, the sweep frees its task, others take it over.
TAKEOVER = (Act("wait", 3), Act("sweep"), Act("work", 6))
takeovers = st.just(TAKEOVER)
meanwhile = takeovers | st.lists(machine_acts | people_acts, max_size=5).map(tuple)
kinds = st.sampled_from((*KINDS, "kill late", "lose late", "lose late", "stall after"))
troubles = st.one_of(
    st.builds(Trouble, kinds, st.integers(1, 3), st.just(True), takeovers),
    st.builds(Trouble, kinds, st.integers(1, 8), st.just(False), takeovers),
    st.builds(Trouble, kinds, st.integers(1, 8), st.booleans(), meanwhile),
)
# Trouble is armed, people do something, then everything goes its usual way: into the trouble.
chapters = st.tuples(
    st.lists(troubles, min_size=1, max_size=2),
    st.lists(people_acts | machine_acts, max_size=2),
    st.sampled_from((("round",), ("insist",), ("round", "insist"), ("work", "insist"))),
)
Chapter = tuple[list[Trouble], list[Act], tuple[str, ...]]
shapes = st.lists(st.integers(0, len(SHAPES) - 1), min_size=1, max_size=2)
stories = st.lists(chapters, min_size=3, max_size=8)


def play(world: StormyWorld, placed: list[int], story: list[Chapter]) -> list[str]:
    """Let a story happen from the first order on; all that is wrong in the end."""
    with world.fresh():
        for shape in placed:
            world.act(Act("place", shape))
        for armed, acts, then in story:
            for trouble in armed:
                world.storm.arm(trouble)
            for act in (*acts, *(Act(verb, 3) for verb in then)):
                world.act(act)
        return wrong_with(world)


# For each guard the shortest story that goes wrong without it.
STORY_OF: dict[str, Trouble] = {
    "look-up": Trouble("lose after", 2, True),  # the commit took effect, its answer is lost
    "mark": Trouble("lose late", 2, True),  # it takes effect while somebody insists
    "lease": Trouble("stall after", 1, True, TAKEOVER),  # between the create and the commit
}


@pytest.mark.parametrize("guard", STORY_OF)
def test_p0_01_one_story_for_each_guard_ends_well_with_it_and_not_without(
    world: StormyWorld, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    story: list[Chapter] = [([STORY_OF[guard]], [], ("round", "insist"))]

    with_it = play(world, [0], story)
    GUARDS[guard](monkeypatch)
    without = play(world, [0], story)

    assert with_it == []
    assert any("also in SAP as" in found for found in without)


@pytest.mark.parametrize("kind", ["lose after", "kill late", "stall after"])
@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("is_write", [True, False])
def test_p0_14_trouble_with_a_mail_somebody_wants_again_sends_no_other(
    world: StormyWorld, kind: str, at: int, is_write: bool
) -> None:
    trouble = Trouble(kind, at, is_write, TAKEOVER)
    quiet: list[Chapter] = [([], [], ("round",) * 8)]

    assert play(world, [3], [*quiet, ([trouble], [Act("resend")], ("work", "work"))]) == []


HAS_HAPPENED: dict[str, Callable[[OrderItem], object]] = {
    "reject line": lambda item: item.rejection_reason,
    "free goods": lambda item: item.higher_level_item,
    "cartons": lambda item: item.packed_in,
}


@pytest.mark.parametrize("verb", HAS_HAPPENED)
def test_what_clerks_do_to_a_line_in_sap_ends_as_it_should(world: StormyWorld, verb: str) -> None:
    into_sap = [Act(name, 6) for name in ("tick", "work", "tick", "work", "work", "work")]
    into_sap.insert(5, Act("wait", 1))
    story: list[Chapter] = [([], [*into_sap, Act(verb, 3)], ("round", "insist", "round"))]

    found = play(world, [0], story)

    (order,) = world.sap.store.all(SapOrder)
    assert found == []
    assert any(HAS_HAPPENED[verb](item) for item in order.items)


@examples(few=15, many=2000)
@given(placed=shapes, story=stories)
def test_p0_07_whatever_happens_the_books_agree_in_the_end(
    world: StormyWorld, placed: list[int], story: list[Chapter]
) -> None:
    assert play(world, placed, story) == []


@pytest.mark.skipif(not IS_LONG, reason="a search of minutes: HYPOTHESIS_PROFILE=long")
@pytest.mark.parametrize("guard", ["look-up", "mark", "lease"])
def test_a_guard_that_is_taken_out_is_missed(
    world: StormyWorld, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """Each guard of the product is there for a story that goes wrong without it."""
    GUARDS[guard](monkeypatch)

    @search(most=1000)
    @given(placed=shapes, story=stories)
    def all_is_well(placed: list[int], story: list[Chapter]) -> None:
        assert play(world, placed, story) == []

    with pytest.raises(AssertionError):
        all_is_well()
