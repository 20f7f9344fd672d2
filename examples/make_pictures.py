"""Paints the pictures of tide-pools.json with the local artist: python -m examples.make_pictures"""

import io
from pathlib import Path

from PIL import Image

from providers.artist import PictureRequest, paint

PROMPTS = {
    "shore": "a rocky shore at dawn, calm sea, warm light",
    "pool": "underwater light rays in a clear turquoise tide pool",
    "anemone": "underwater at sunset, pink and violet",
    "gulls": "wide morning clouds over the sea, pale gold sky",
    "wave": "stormy sea at sunset, deep blue and orange",
}


def main() -> None:
    """Writes examples/media/*.jpg, 1920x1080, each below 200 kB."""
    folder = Path(__file__).parent / "media"
    folder.mkdir(exist_ok=True)
    for name, prompt in PROMPTS.items():
        painted = paint(PictureRequest(prompt=prompt, width=1920, height=1080))
        picture = Image.open(io.BytesIO(painted.data)).convert("RGB")
        for quality in range(92, 30, -4):
            picture.save(folder / f"{name}.jpg", quality=quality, optimize=True)
            if (folder / f"{name}.jpg").stat().st_size < 200_000:
                break


if __name__ == "__main__":
    main()
