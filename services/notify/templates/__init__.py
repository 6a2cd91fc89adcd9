"""The words of messages in Chinese and English, by version."""
