"""Speech: what two generations of models are told, and what they send."""

import io
import re
import wave
from typing import Any

from jobs.errors import Charged, ProviderUnusable
from jobs.languages import find_language
from providers.gemini.generation import Blob, Generation, no_blob
from providers.outline import is_cjk
from providers.speech import estimate_duration_s
from providers.takes import Line

SAMPLE_RATE_HZ = 24_000
TOKENS_A_SECOND = 25
# A voice may be slower than ours by so much; the price of a line is reserved for that.
SLOWEST = 2.0
# Times of words are estimated inside a piece, since the models give none: some 25 s, a few
# sentences. Longer pieces would drift, shorter ones lose the melody of speech.
LONGEST_PIECE = 400
VOICES = (
    *("Achernar", "Achird", "Algenib", "Algieba", "Alnilam", "Aoede", "Autonoe", "Callirrhoe"),
    *("Charon", "Despina", "Enceladus", "Erinome", "Fenrir", "Gacrux", "Iapetus", "Kore"),
    *("Laomedeia", "Leda", "Orus", "Puck", "Pulcherrima", "Rasalgethi", "Sadachbia"),
    *("Sadaltager", "Schedar", "Sulafat", "Umbriel", "Vindemiatrix", "Zephyr", "Zubenelgenubi"),
)
# Codes of the reference of `SpeechConfig`. What it does not list is not sent: the models hear by
# themselves which language a text is in.
_CODES = (
    *("ar-XA", "bn-IN", "cmn-CN", "de-DE", "en-US", "en-GB", "en-AU", "en-IN", "es-ES", "es-US"),
    *("fr-FR", "fr-CA", "gu-IN", "hi-IN", "id-ID", "it-IT", "ja-JP", "kn-IN", "ko-KR", "ml-IN"),
    *("mr-IN", "nl-NL", "pl-PL", "pt-BR", "ru-RU", "ta-IN", "te-IN", "th-TH", "tr-TR", "vi-VN"),
)
_CLOSE = {"zh": "cmn-CN", "es-419": "es-US"}
_MODEL = re.compile(r"gemini-(\d+)\.(\d+)-")
_HEAD_BYTES = 44  # of a WAV without a sample


def is_verbatim(model: str) -> bool:
    """Whether a model speaks every word of the text it is given: those from 3.8 on. Earlier ones
    read it as a prompt."""
    found = _MODEL.match(model)
    return found is None or (int(found[1]), int(found[2])) >= (3, 8)


def speech_request(line: Line, model: str, voice: str) -> dict[str, Any]:
    """The body of the request for a line. Voices have no rate: they are asked for one."""
    pace = _pace(line.speed)
    part: dict[str, Any] = {"text": line.text}
    if is_verbatim(model):
        if pace:
            part["speech_metadata"] = {"style": pace}
    else:
        how = f" {pace[0].lower()}{pace[1:]}" if pace else ""
        part["text"] = f"Read aloud word for word, adding nothing,{how or ' in a natural voice'}:\n"
        part["text"] += line.text
    named: dict[str, Any] = {"prebuiltVoiceConfig": {"voiceName": voice}}
    if is_verbatim(model) and voice not in VOICES:
        named = {"voice": voice}  # one that was designed or copied
    config: dict[str, Any] = {"voiceConfig": named}
    if code := language_code(line.language):
        config["languageCode"] = code
    return {
        "contents": [{"role": "user", "parts": [part]}],
        "generationConfig": {"responseModalities": ["AUDIO"], "speechConfig": config},
    }


def language_code(tag: str) -> str | None:
    """The code of the service for a language of a job; None: it is left to hear it."""
    if tag in _CODES:
        return tag
    base = tag.partition("-")[0]
    if close := _CLOSE.get(tag) or _CLOSE.get(base):
        return close
    return next((code for code in _CODES if code.partition("-")[0] == base), None)


def most_tokens(text: str, language: str, speed: float) -> tuple[int, int]:
    """Tokens of a request and, at most, of the speech that comes."""
    known = find_language(language)
    seconds = estimate_duration_s(text, is_cjk(language) if known else False, speed)
    return len(text.encode()) + 100, round((SLOWEST * seconds + 2) * TOKENS_A_SECOND)


def speech_in(generation: Generation, name: str) -> bytes:
    """The speech of an answer as WAV: newer models send that, earlier ones bare samples.

    Raises:
      ProviderUnusable: There is none, or it is of another kind.
    """
    blobs = [blob for blob in generation.blobs if blob.mime_type.lower().startswith("audio/")]
    if not blobs:
        raise no_blob(name, "speech")
    data = b"".join(blob.data for blob in blobs) if len(blobs) > 1 else blobs[0].data
    if data[:4] == b"RIFF":
        if len(blobs) == 1 and data[8:12] == b"WAVE" and len(data) > _HEAD_BYTES:
            return data
        raise _other(name, "WAV without sound")
    return _wav(data, blobs[0], name)


def _wav(pcm: bytes, blob: Blob, name: str) -> bytes:
    """Bare samples, 16 bits, the lower byte first: not as RFC 2586 has it, but as they come."""
    kind, *rest = (part.strip() for part in blob.mime_type.lower().split(";"))
    how = dict(part.partition("=")[::2] for part in rest)
    rate, channels = how.get("rate", str(SAMPLE_RATE_HZ)), how.get("channels", "1")
    if kind not in ("audio/l16", "audio/pcm") or how.get("codec", "pcm") != "pcm":
        raise _other(name, "speech of another kind than WAV or L16")
    if not re.fullmatch(r"[0-9]{4,6}", rate) or channels not in ("1", "2"):
        raise _other(name, "speech with an odd number of samples a second, or channels")
    frame = 2 * int(channels)
    if len(pcm) < frame:
        raise _other(name, "no sound")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(int(channels))
        file.setsampwidth(2)
        file.setframerate(int(rate))
        file.writeframes(pcm[: len(pcm) // frame * frame])
    return buffer.getvalue()


def _pace(speed: float) -> str:
    if abs(speed - 1) < 0.03:
        return ""
    much = "much " if speed > 1.35 or speed < 0.75 else ""
    word = "faster" if speed > 1 else "slower"
    return f"Speak {much}{word} than usual, at about {speed:.2g} times the natural rate"


def _other(name: str, what: str) -> ProviderUnusable:
    return ProviderUnusable(f"{name} sent {what}", charged=Charged.YES, provider=name)
