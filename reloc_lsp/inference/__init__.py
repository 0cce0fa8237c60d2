"""Model servers: any OpenAI-compatible endpoint, its keys, and its troubles in plain words."""
