import pytest

from tests.contracts.test_veo import *

pytestmark = pytest.mark.live
