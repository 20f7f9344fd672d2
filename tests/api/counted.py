"""What a ledger may have counted: something of everything."""

from storage.statistics import Calls, Current, Rendered, Taken, Totals, Waiting

CURRENT = Current(
    queues={"service": Waiting(3, 42.5)},
    jobs={"queued": 3, "done": 9},
    stuck_jobs=1,
    webhooks={"failed": 2},
    failed_webhook_attempts=20,
    outbox=Waiting(4, 1.5),
    dead_letters=5,
    key_ends_s=3600.0,
)
TOTALS = Totals(
    parts={("voice", "done"): Taken(6, 7.5)},
    videos=8,
    video_s=240.0,
    rendered=Rendered(frames=6000, video_s=200.0, seconds=50.0),
    calls={("suno", "paid"): Calls(2, 0.25)},
    left={("elevenlabs", "budget_exceeded"): 3},
    spent_today_usd={"acme": 1.5},
)
