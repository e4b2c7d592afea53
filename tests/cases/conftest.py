from tests.signed_in import sign_in, stand_at, world

__all__ = ["sign_in", "stand_at", "world"]
