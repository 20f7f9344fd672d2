import pytest

from tests.contracts.test_omni import *

pytestmark = pytest.mark.live
