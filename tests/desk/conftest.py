from tests.desk.browsing import sign_in
from tests.world import world

__all__ = ["sign_in", "world"]
