"""One RFC session: what each error means for the call, the session and the person (pyrfc 5, 6)."""

from __future__ import annotations

import builtins
import os
from contextlib import suppress
from decimal import InvalidOperation
from typing import Any

import pytest

from sync import lending
from sync.errors import (
    OutcomeUnknown,
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    SyncError,
    UnexpectedRecord,
)
from sync.exchanges import SENT, Exchange
from sync.sap import connection, ledger
from sync.sap.bapi import SapSession
from sync.sap.options import SapOptions
from sync.sap.refusals import SapException, SapFieldMissing, SapFieldRefused, SapNotAuthorized
from sync.sap.sessions import SapSessions
from tests.sap.builders import PARAMETERS
from tests.sap.fake_sap import (
    ABAPApplicationError,
    ABAPRuntimeError,
    CommunicationError,
    ExternalRuntimeError,
    FakeSap,
    LogonError,
    RFCError,
    message,
)

PING = "STFC_CONNECTION"
LOST = CommunicationError("partner 'sapprod:3300' not reached", 1, "RFC_COMMUNICATION_FAILURE")
CANCELLED = CommunicationError("Connection was canceled", 7, "RFC_CANCELED")
DUMP = ABAPRuntimeError("Time limit exceeded.", 3, "TIME_OUT")
ABORT = ABAPRuntimeError("Erika", 4, "Erika", msg_class="V1", msg_number="042", msg_type="A")
DEAD = ExternalRuntimeError("", 13, "RFC_INVALID_HANDLE")
LOGON = LogonError("user locked", 2, "RFC_LOGON_FAILURE")
CLOSED = RFCError("rejected because the connection is closed")
UNREADABLE = InvalidOperation()


def a_session(sap: FakeSap, seen: list[Exchange] | None = None) -> SapSession:
    observed = seen if seen is not None else []
    options = SapOptions()
    return SapSession(SapSessions(sap.connect, PARAMETERS, options), options, observed.append)


# ---- doubtful ends -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "error", [LOST, CANCELLED, DUMP, ABORT, DEAD, LOGON, CLOSED, UNREADABLE, ValueError("bad")]
)
def test_p0_01_a_doubtful_end_of_a_changing_call_is_unknown_and_costs_the_session(
    error: Exception,
) -> None:
    sap = FakeSap({PING: error})
    session = a_session(sap)

    with pytest.raises(OutcomeUnknown):
        session.call(PING, {}, changes=True)

    assert not session.is_usable
    assert sap.connections[0].is_closed


@pytest.mark.parametrize("error", [LOST, CANCELLED, DUMP, ABORT, DEAD, CLOSED])
def test_a_doubtful_end_of_a_read_may_be_repeated_in_a_new_session(error: Exception) -> None:
    sap = FakeSap({PING: error})
    session = a_session(sap)

    with pytest.raises(RemoteUnavailable) as caught:
        session.call(PING, {})

    assert not isinstance(caught.value, OutcomeUnknown)
    assert not session.is_usable


def test_a_refused_logon_during_a_read_is_for_the_administrator() -> None:
    session = a_session(FakeSap({PING: LOGON}))

    with pytest.raises(RemoteMisconfigured):
        session.call(PING, {})


UNREADABLE_RESULTS = [
    ValueError("4711 Erika"),
    InvalidOperation(),
    UnicodeDecodeError("utf-16", b"Erika", 0, 1, "truncated"),
]


@pytest.mark.parametrize("error", UNREADABLE_RESULTS)
def test_a_result_pyrfc_cannot_convert_is_an_unexpected_record_and_costs_the_session(
    error: Exception,
) -> None:
    session = a_session(FakeSap({PING: error}))

    with pytest.raises(UnexpectedRecord) as caught:
        session.call(PING, {})

    assert "Erika" not in caught.value.message
    assert not session.is_usable


@pytest.mark.parametrize("error", UNREADABLE_RESULTS)
def test_p0_01_the_same_out_of_a_changing_call_is_an_unknown_outcome(error: Exception) -> None:
    session = a_session(FakeSap({PING: error}))

    with pytest.raises(OutcomeUnknown):
        session.call(PING, {}, changes=True)

    assert not session.is_usable


def test_a_bug_goes_up_as_it_is_and_costs_the_session() -> None:
    session = a_session(FakeSap({PING: KeyError("bug")}))

    with pytest.raises(KeyError):
        session.call(PING, {})

    assert not session.is_usable


def test_nothing_is_ever_sent_on_a_session_thrown_away() -> None:
    sap = FakeSap({PING: [LOST]})
    session = a_session(sap)
    with pytest.raises(RemoteUnavailable):
        session.call(PING, {})

    with pytest.raises(RemoteUnavailable, match="new one is needed"):
        session.call(PING, {})

    assert sap.functions == [PING]
    assert len(sap.connections) == 1


def test_a_stopped_worker_leaves_no_session_behind() -> None:
    class Stopped(BaseException):
        pass

    sap = FakeSap({PING: Stopped()})
    session = a_session(sap)

    with pytest.raises(Stopped):
        session.call(PING, {}, changes=True)

    assert sap.connections[0].is_closed


# ---- clean refusals ----------------------------------------------------------------------------
CLEAN: list[tuple[Exception, type[SyncError]]] = [
    (ABAPApplicationError("", 5, "NOT_FOUND"), SapException),
    (ABAPApplicationError("", 5, "FU_NOT_FOUND", msg_class="FL"), SapFieldMissing),
    (ExternalRuntimeError("field 'X' not found", 20, "RFC_INVALID_PARAMETER"), SapFieldMissing),
    (ExternalRuntimeError("", 22, "RFC_CONVERSION_FAILURE"), SapFieldRefused),
    (TypeError("expected str", 5, "of type", int, "CITY", "ORDER_PARTNERS"), SapFieldRefused),
    (OverflowError("too large"), SapFieldRefused),
    (UnicodeEncodeError("utf-16", "\ud800", 0, 1, "surrogates not allowed"), SapFieldRefused),
    (AttributeError("'int' object has no attribute 'upper'"), SapFieldRefused),
]


@pytest.mark.parametrize(("error", "expected"), CLEAN)
@pytest.mark.parametrize("changes", [True, False])
def test_a_clean_refusal_keeps_the_session(
    error: Exception, expected: type[SyncError], changes: bool
) -> None:
    sap = FakeSap({PING: [error, {"ECHOTEXT": "again"}]})
    session = a_session(sap)

    with pytest.raises(expected):
        session.call(PING, {}, changes=changes)

    assert session.call(PING, {}) == {"ECHOTEXT": "again"}
    assert len(sap.connections) == 1


def test_a_call_refused_for_lack_of_authority_never_ran() -> None:
    error = ABAPRuntimeError("no RFC authorization for user PORTAL", 3, "RFC_NO_AUTHORITY")
    session = a_session(FakeSap({PING: error}))

    with pytest.raises(SapNotAuthorized):
        session.call(PING, {}, changes=True)

    assert not session.is_usable


def test_a_refused_value_is_named_by_its_field_and_never_quoted() -> None:
    error = TypeError("expected str", "Erika", "of type", int, "CITY", "ORDER_PARTNERS")
    session = a_session(FakeSap({PING: error}))

    with pytest.raises(SapFieldRefused) as caught:
        session.call(PING, {})

    assert f"{PING}.ORDER_PARTNERS.CITY" in caught.value.message
    assert "Erika" not in caught.value.message


def test_an_abap_exception_carries_its_message() -> None:
    error = ABAPApplicationError(
        "ID:V1 Type:E Number:302 4711", 5, "NOT_FOUND",
        msg_class="V1", msg_type="E", msg_number="302", msg_v1="4711",
    )  # fmt: skip
    session = a_session(FakeSap({PING: error}))

    with pytest.raises(SapException) as caught:
        session.call(PING, {})

    assert caught.value.key == "NOT_FOUND"
    assert caught.value.messages[0].key == "V1 302"
    assert isinstance(caught.value, RemoteRejected)


@pytest.mark.parametrize("error", [LOST, ABORT])
def test_messages_hold_no_host_and_no_free_text(error: Exception) -> None:
    session = a_session(FakeSap({PING: error}))

    with pytest.raises(SyncError) as caught:
        session.call(PING, {}, changes=True)

    assert "sapprod" not in caught.value.message
    assert "Erika" not in caught.value.message


# ---- opening -----------------------------------------------------------------------------------
OPENING: list[tuple[Exception, type[SyncError]]] = [
    (LogonError("", 2, "RFC_LOGON_FAILURE"), RemoteMisconfigured),
    (CommunicationError("", 1, "RFC_COMMUNICATION_FAILURE"), RemoteUnavailable),
    (ExternalRuntimeError("", 20, "RFC_INVALID_PARAMETER"), RemoteMisconfigured),
    (RFCError("Connection parameters missing"), RemoteMisconfigured),
    (ConnectionRefusedError(), RemoteUnavailable),
]


@pytest.mark.parametrize(("error", "expected"), OPENING)
def test_a_failed_opening_is_never_an_unknown_outcome(
    error: Exception, expected: type[SyncError]
) -> None:
    session = a_session(FakeSap(opening_error=error))

    with pytest.raises(expected) as caught:
        session.call(PING, {}, changes=True)

    assert not isinstance(caught.value, OutcomeUnknown)
    assert session.is_usable


def test_a_bug_while_opening_is_not_hidden() -> None:
    session = a_session(FakeSap(opening_error=KeyError("bug")))

    with pytest.raises(KeyError):
        session.call(PING, {})


def test_the_connection_opens_at_the_first_call_only() -> None:
    sap = FakeSap()
    session = a_session(sap)

    assert sap.connections == []
    session.call(PING, {})
    session.call(PING, {})
    assert len(sap.connections) == 1


def test_parameters_reach_the_library_as_exact_text_without_blanks_for_none() -> None:
    class Marked(str):
        __slots__ = ()

    exact = connection.exact_parameters({"client": Marked("100"), "saprouter": None})

    assert exact == {"client": "100"}
    assert type(exact["client"]) is str


def test_a_parameter_that_is_no_text_is_refused_before_it_can_kill_the_process() -> None:
    wrong: dict[str, Any] = {"client": 100}

    with pytest.raises(RemoteMisconfigured, match="client must be text"):
        connection.exact_parameters(wrong)


def test_without_the_library_the_portal_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imports = builtins.__import__

    def without_pyrfc(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pyrfc":
            raise ImportError(name)
        return imports(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_pyrfc)

    with pytest.raises(RemoteMisconfigured) as caught:
        connection.connect(ashost="x")

    assert "NW RFC SDK" in caught.value.remedy


# ---- forks, threads, timeouts ------------------------------------------------------------------
def test_a_forked_child_neither_uses_nor_closes_its_parents_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sap = FakeSap()
    session = a_session(sap)
    session.call(PING, {})
    monkeypatch.setattr(lending, "_inherited", [])
    monkeypatch.setattr(os, "getpid", lambda: -1)

    session.call(PING, {})

    assert len(sap.connections) == 2
    assert not sap.connections[0].is_closed


def test_two_threads_at_once_are_refused() -> None:
    sap = FakeSap()
    session = a_session(sap)
    sap.answers[PING] = lambda **_: session.call(PING, {})

    with pytest.raises(RuntimeError, match="two threads"):
        session.call(PING, {})


def test_every_call_has_a_time_limit() -> None:
    sap = FakeSap()

    a_session(sap).call(PING, {})

    assert sap.connections[0].options == [{"timeout": 60.0}]


@pytest.mark.parametrize("seconds", [0, -1, "60", True, None])
def test_a_time_limit_that_would_break_pyrfcs_timer_is_refused(seconds: Any) -> None:
    with pytest.raises(RemoteMisconfigured):
        SapOptions(call_timeout_seconds=seconds)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(RemoteMisconfigured):
        SapOptions(time_zone="Middle/Earth")


# ---- the ledger --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answer", "changes", "outcome"),
    [
        ({"ECHOTEXT": "x"}, True, "ok"),
        ({"RETURN": [message("E", "V1", "302")]}, True, "refused"),
        (ABAPApplicationError("", 5, "X"), True, "refused"),
        (LOST, True, "unknown"),
        (LOST, False, "unavailable"),
    ],
)
def test_each_call_is_told_to_the_observer(answer: Any, changes: bool, outcome: str) -> None:
    seen: list[Exchange] = []
    session = a_session(FakeSap({PING: answer}), seen)

    with suppress(SyncError):
        session.call(PING, {"REQUTEXT": "hello"}, changes=changes)

    *before, exchange = seen
    assert [one.outcome for one in before] == ([SENT] if changes else [])  # before it leaves
    assert (exchange.system, exchange.operation, exchange.outcome) == ("sap", PING, outcome)
    assert exchange.is_write is changes
    assert exchange.request == {"REQUTEXT": "hello"}


def test_a_call_refused_before_sending_is_not_told_as_sent() -> None:
    seen: list[Exchange] = []

    with pytest.raises(SapFieldRefused):
        a_session(FakeSap(), seen).call(PING, {"REQUTEXT": 5})

    assert seen == []


def test_what_was_sent_is_kept_with_its_zeros_and_what_came_back_without() -> None:
    """A division 00 is a division; SAP fills every field it has nothing for."""
    header = {"DIVISION": "00", "NAME": "Erika"}
    kept = ledger.request({"ORDER_HEADER_IN": header})
    answered = ledger.answer({}, {"ORDER": {"DIVISION": "00", "DOC_TYPE": "OR"}})

    assert kept["ORDER_HEADER_IN"]["DIVISION"] == "00"
    assert "Erika" not in str(kept)
    assert answered == {"ORDER": {"DOC_TYPE": "OR"}}
