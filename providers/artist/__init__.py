"""The local artist: background pictures from words, without a network or a model."""

from providers.artist.studio import Picture, PictureRequest, card, paint

__all__ = ["Picture", "PictureRequest", "card", "paint"]
