"""What the files of a job are called in HTTP."""

from pathlib import PurePosixPath

# Our own list, because the `mimetypes` module asks the machine and machines differ.
# Registered at https://www.iana.org/assignments/media-types; SRT is not, players agree on this.
_BY_SUFFIX = {
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4a": "audio/mp4",
    ".mkv": "video/x-matroska",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".srt": "application/x-subrip",
    ".txt": "text/plain; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
}


def content_type_of(name: str) -> str:
    """The content type for a file or blob name; bytes without a meaning for unknown suffixes."""
    return _BY_SUFFIX.get(PurePosixPath(name).suffix, "application/octet-stream")
