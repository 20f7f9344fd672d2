"""What is fetched in tests, and how long that may take."""

WAIT_S = 30.0
QUICK_S = 0.4
LIMIT = 1 << 20
CLIP = b"\0\0\0\x18ftypisom\0\0\2\0isomavc1" + bytes(2000)
MATROSKA = b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska" + bytes(2000)
START = b"HTTP/1.1 200 OK\r\n"
