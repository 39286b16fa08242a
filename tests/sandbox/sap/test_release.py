"""The stand-in as an ECC system: what came with S/4 is not there, at run time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.sap import Connection, SapSystem, connect_in_process
from sync.sandbox.sap.exceptions import ABAPApplicationError, ExternalRuntimeError

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"


@pytest.fixture
def ecc(tmp_path: Path) -> Iterator[Connection]:
    system = SapSystem(tmp_path / "ecc", release="ECC")
    yield connect_in_process(system)
    system.close()


def fields(connection: Connection, function: str, parameter: str) -> dict[str, Any]:
    described = connection.get_function_description(function).parameters
    (found,) = [row for row in described if row["name"] == parameter]
    return {field["name"]: field for field in found["type_description"].fields}


@pytest.mark.parametrize(
    ("parameter", "field"),
    [
        ("ORDER_ITEMS_IN", "MATERIAL_LONG"),
        ("ORDER_ITEMS_INX", "REQ_SEGMENT"),
        ("ORDER_HEADER_IN", "INCOTERMSV"),
        ("ORDER_HEADER_IN", "INCOTERMS2L"),
        ("ORDER_HEADER_IN", "REF_DOC_L_LONG"),
    ],
)
def test_an_ecc_interface_lacks_the_tail_fields(
    ecc: Connection, connection: Connection, parameter: str, field: str
) -> None:
    assert field in fields(connection, CREATE, parameter)
    assert field not in fields(ecc, CREATE, parameter)


def test_a_field_older_than_s4_stays(ecc: Connection) -> None:
    assert "BUILD_LONG" in fields(ecc, CREATE, "PARTNERADDRESSES")


def test_sending_a_field_that_is_not_there_is_an_invalid_parameter(ecc: Connection) -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        ecc.call(CREATE, ORDER_ITEMS_IN=[{"MATERIAL_LONG": "X"}])

    assert (raised.value.code, raised.value.message) == (20, "field 'MATERIAL_LONG' not found")


def test_a_parameter_of_s4_is_not_there(ecc: Connection) -> None:
    with pytest.raises(ExternalRuntimeError):
        ecc.call("RFC_READ_TABLE", QUERY_TABLE="VBAK", USE_ET_DATA_4_RETURN="X")


@pytest.mark.parametrize(("table", "field"), [("LIKP", "WBSTK"), ("VBFA", "RUUID")])
def test_the_release_probe_tells_ecc_from_s4(
    ecc: Connection, connection: Connection, table: str, field: str
) -> None:
    assert connection.call("DDIF_FIELDINFO_GET", TABNAME=table, FIELDNAME=field)["DFIES_TAB"]
    with pytest.raises(ABAPApplicationError):
        ecc.call("DDIF_FIELDINFO_GET", TABNAME=table, FIELDNAME=field)


@pytest.mark.parametrize("table", ["LIKP", "VBRK", "VBAK"])
def test_document_categories_grew_with_s4(
    ecc: Connection, connection: Connection, table: str
) -> None:
    lengths = [
        c.call("DDIF_FIELDINFO_GET", TABNAME=table, FIELDNAME="VBTYP")["DFIES_TAB"][0]["LENG"]
        for c in (ecc, connection)
    ]

    assert [int(length) for length in lengths] == [1, 4]


def test_the_environment_names_the_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAP_STANDIN_RELEASE", "ecc")

    system = SapSystem(tmp_path)

    assert system.release == "ECC"
    system.close()


def test_an_unknown_release_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAP_STANDIN_RELEASE", "R2")

    with pytest.raises(ValueError, match="SAP_STANDIN_RELEASE"):
        SapSystem(tmp_path)
