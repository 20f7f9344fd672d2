import pytest

from tests.contracts.test_lyria import *

pytestmark = pytest.mark.live
