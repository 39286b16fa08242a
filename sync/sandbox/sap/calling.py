"""Runs a function module in a session, and lets the faults in force strike before and after it."""

from __future__ import annotations

import logging
from typing import Any

from . import dictionary
from .calls import Call
from .exceptions import ABAPApplicationError, ABAPRuntimeError, ErrorInfo
from .faults import ConnectionDropped
from .function_modules import HANDLERS
from .session import Session
from .system import SapSystem
from .values import decode, encode

logger = logging.getLogger(__name__)


def call(system: SapSystem, identity: str, function: str, wire: dict[str, Any]) -> dict[str, Any]:
    """The answer as it goes over the wire; ``ConnectionDropped`` if a fault cuts the line."""
    session = system.session(identity)
    _faults_before(system, session, function)
    module = dictionary.function_module(function, system.release)
    results: dict[str, Any] = {
        name: wire.get(name, [])
        for name, parameter in module.parameters.items()
        if parameter.direction in ("tables", "changing")
    }
    with system.lock:
        session.calls += 1
        session.last_function = function
        answer = _run(Call(system, session, function, decode(module, wire)))
        results.update(encode(module, answer))
    _faults_after(system, session, function)
    return results


def _run(call: Call) -> dict[str, Any]:
    call.system.run_updates()
    try:
        return HANDLERS[call.function](call)
    except ABAPApplicationError:
        raise
    except Exception as error:
        logger.exception("stand-in failed in %s", call.function)
        call.system.end_session(call.session.identity)
        text = f"stand-in failed in {call.function}: {type(error).__name__}"
        raise ABAPRuntimeError(ErrorInfo(text, 3, "UNCAUGHT_EXCEPTION")) from error


def _faults_before(system: SapSystem, session: Session, function: str) -> None:
    if fault := system.faults.take("latency", function):
        system.sleep(fault.seconds)
    if system.faults.take("drop_before", function):
        system.end_session(session.identity)
        raise ConnectionDropped
    if fault := system.faults.take("dump", function):
        system.end_session(session.identity)
        raise ABAPRuntimeError(ErrorInfo(f"Runtime error {fault.key}", 3, fault.key))
    if system.faults.take("abort", function):
        system.end_session(session.identity)
        text = "Termination on request"
        raise ABAPRuntimeError(ErrorInfo(text, 4, text, "00", "A", "398"))


def _faults_after(system: SapSystem, session: Session, function: str) -> None:
    commit = function == "BAPI_TRANSACTION_COMMIT"
    lost = commit and system.faults.take("lost_commit_answer", function)
    if lost or system.faults.take("drop_after", function):
        system.end_session(session.identity)
        raise ConnectionDropped
