import pytest
from django.core.exceptions import ValidationError

from teams.fields import validate_single_line


@pytest.mark.parametrize("text", ["", "Ana-Sofía Núñez", "عائشة", "李 伟", "a b"])
def test_names_of_any_script_are_one_line(text):
    validate_single_line(text)


@pytest.mark.parametrize("character", ["\0", "\n", "\r", "\t", "\x7f", "\u2028", "\u202e", "\u2066"])
def test_what_begins_a_line_or_turns_it_is_refused(character):
    with pytest.raises(ValidationError):
        validate_single_line(f"Ada{character}Brandt")
