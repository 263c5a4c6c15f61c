import io

from portal.importing.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_moves_on_a_terminal() -> None:
    stream = Terminal()
    assert list(Progress(stream).over(range(120), "Reading")) == list(range(120))
    assert stream.getvalue().count("\r") == 3
    assert stream.getvalue().endswith("120 of 120\n")


def test_line_comes_now_and_then_elsewhere() -> None:
    stream = io.StringIO()
    list(Progress(stream).over(range(2_500), "Reading"))
    assert stream.getvalue() == "Reading: 1,000 of 2,500\nReading: 2,000 of 2,500\nReading: 2,500 of 2,500\n"


def test_short_step_says_nothing() -> None:
    stream = Terminal()
    assert list(Progress(stream).over(range(3), "Reading")) == [0, 1, 2]
    assert stream.getvalue() == ""
