import pytest

from tests.contracts.test_freesound import *

pytestmark = pytest.mark.live
