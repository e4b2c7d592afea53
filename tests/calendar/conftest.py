from tests.signed_in import sign_in, world

__all__ = ["sign_in", "world"]
