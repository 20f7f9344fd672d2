import pytest

from tests.contracts.test_elevenlabs import *

pytestmark = pytest.mark.live
