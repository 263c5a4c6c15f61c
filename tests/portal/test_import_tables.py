import pytest

from portal.importing.faults import BadInput, Fault
from portal.importing.tables import read_table


def refusal(data: bytes, **options: str) -> list[Fault]:
    with pytest.raises(BadInput) as caught:
        read_table(data, name="list.csv", **options)
    assert caught.value.name == "list.csv"
    return caught.value.faults


def test_rows_know_the_line_on_which_they_start() -> None:
    table = read_table(b'id,name\n1,"two\nlines"\n\n2,one\n', name="list.csv")
    assert [(row.line, row["name"]) for row in table.rows] == [(2, "two\nlines"), (5, "one")]


def test_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert read_table(b"\xef\xbb\xbfid,name\n1,a\n", name="list.csv").columns == ["id", "name"]


def test_line_ends_of_windows_are_line_ends() -> None:
    table = read_table(b"id,name\r\n1,a\r\n2,b\r\n", name="list.csv")
    assert [(row.line, row["id"]) for row in table.rows] == [(2, "1"), (3, "2")]


def test_other_encodings_and_delimiters_are_read_when_named() -> None:
    table = read_table("id;name\n1;Käse\n".encode("cp1252"), name="list.csv", encoding="cp1252", delimiter=";")
    assert table.rows[0]["name"] == "Käse"


def test_broken_encoding_names_byte_and_line() -> None:
    [fault] = refusal(b"id,name\n1,ok\n2,K\xe4se\n")
    assert fault.line == 3
    assert "0xE4" in fault.detail
    assert "--encoding" in fault.detail


def test_unknown_encoding_is_refused() -> None:
    [fault] = refusal(b"id\n1\n", encoding="klingon")
    assert fault == Fault(0, "klingon is no encoding that is known here, as utf-8 or cp1252 are")


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_file_without_header_is_refused(data: bytes) -> None:
    assert "no header" in refusal(data)[0].detail


def test_file_without_rows_is_refused() -> None:
    assert refusal(b"id,name\n") == [Fault(0, "has a header but no rows")]


def test_column_that_stands_twice_is_refused() -> None:
    assert refusal(b"id,name,id\n1,a,2\n") == [Fault(1, "the column id stands twice")]


def test_row_with_too_many_cells_is_a_fault_and_the_others_are_read() -> None:
    table = read_table(b"id,name\n1,a,b\n2,c\n", name="list.csv")
    assert table.faults == [Fault(2, "has 3 cells where the header has 2")]
    assert [row.line for row in table.rows] == [3]


def test_quote_that_never_closes_is_refused_with_a_line() -> None:
    [fault] = refusal(b'id,name\n1,a\n2,"b\n3,c\n')
    assert fault.line == 4
    assert "no CSV" in fault.detail
