import pytest

from tests.reviews.worlds import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()
