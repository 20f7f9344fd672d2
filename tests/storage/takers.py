"""A process of its own that takes tokens as fast as it can; prints how many it got."""

import sys
from concurrent.futures import ThreadPoolExecutor

from storage.database import open_database
from storage.rate_limits import RateLimits

THREADS, TRIES = 25, 20


def main(url: str, how: str, per_minute: int) -> None:
    database = open_database(url, pool_size=THREADS)
    limits = RateLimits(database)

    def take(_number: int) -> int:
        if how == "spend":
            return sum(limits.spend("tenant:acme", per_minute) == 0.0 for _ in range(TRIES))
        return sum(
            limits.take("tenant:acme", 1.0, per_minute / 60, per_minute) == 0.0
            for _ in range(TRIES)
        )

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(THREADS) as pool:
        sys.stdout.write(f"{sum(pool.map(take, range(THREADS)))}\n")
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
