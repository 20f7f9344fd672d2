import pytest

from tests.contracts.test_google_speech import *

pytestmark = pytest.mark.live
