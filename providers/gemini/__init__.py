"""Google's generative models, over REST: with the key of the Gemini API, or through Vertex AI."""
