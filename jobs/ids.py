"""Ids that sort by the time they were made."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing looks like another
RANDOM_BYTES = 10


def new_id(prefix: str, time_s: float, random_bytes: bytes) -> str:
    """`prefix-` and 26 characters: 48 bits of milliseconds, then 80 random bits, as in a ULID.

    Args:
      time_s: Seconds since 1970.
      random_bytes: Ten bytes.
    """
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"{len(random_bytes)} random bytes; give {RANDOM_BYTES}")
    number = round(time_s * 1000) << 80 | int.from_bytes(random_bytes)
    letters = [_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5)]
    return f"{prefix}-{''.join(letters)}"
