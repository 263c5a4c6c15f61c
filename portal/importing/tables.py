"""Reading a CSV: its columns, its rows, and the physical line on which each row starts.

A cell may span lines, so a row's number is not its line; messages name the line, because that is where an editor goes.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.importing.faults import BadInput, Fault

LONGEST_CELL = 1_000_000


@dataclass(frozen=True)
class Row:
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True)
class Table:
    """A table as it was read. Rows that have too few or too many cells are among the `faults`, not among the rows."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]
    faults: Sequence[Fault]


def read_table(data: bytes, *, name: str, encoding: str = "utf-8", delimiter: str = ",") -> Table:
    """Read a CSV with a header. Raises BadInput for what leaves no row readable."""
    reader = csv.reader(io.StringIO(_decoded(data, name, encoding), newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    faults: list[Fault] = []
    usual_limit = csv.field_size_limit(LONGEST_CELL)
    try:
        columns = _header(next(reader, []), name)
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(columns):
                rows.append(Row(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
            elif cells:
                faults.append(Fault(line, f"has {len(cells)} cells where the header has {len(columns)}"))
            line = reader.line_num + 1
    except csv.Error as failure:
        raise BadInput(name, [Fault(reader.line_num, f"is no CSV from here on: {failure}")]) from None
    finally:
        csv.field_size_limit(usual_limit)
    if not rows and not faults:
        raise BadInput(name, [Fault(0, "has a header but no rows")])
    return Table(name, columns, rows, faults)


def _decoded(data: bytes, name: str, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise BadInput(
            name, [Fault(0, f"{encoding} is no encoding that is known here, as utf-8 or cp1252 are")]
        ) from None
    except UnicodeError as failure:
        if not isinstance(failure, UnicodeDecodeError):
            raise BadInput(name, [Fault(0, f"cannot be read as {encoding}: {failure}")]) from None
        line = data.count(b"\n", 0, failure.start) + 1
        detail = f"the byte 0x{data[failure.start]:02X} (number {failure.start + 1:,} of the file) is not {encoding}"
        advice = "name the encoding of the file with --encoding, as in --encoding cp1252"
        raise BadInput(name, [Fault(line, f"{detail}; {advice}")]) from None


def _header(cells: Sequence[str], name: str) -> Sequence[str]:
    columns = [cell.strip() for cell in cells]
    if not any(columns):
        raise BadInput(name, [Fault(1, "has no header: the first line names the columns")])
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise BadInput(name, [Fault(1, f"the column {column or 'without name'} stands twice") for column in twice])
    return columns
