"""What guidelines and admission criteria share: drafts, one version in force, those before it."""
