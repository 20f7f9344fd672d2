"""ElevenLabs: speech with the time of every character, sound effects, music."""
