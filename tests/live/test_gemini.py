import pytest

from tests.contracts.test_gemini import *

pytestmark = pytest.mark.live
