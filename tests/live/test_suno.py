import pytest

from tests.contracts.test_suno import *

pytestmark = pytest.mark.live
