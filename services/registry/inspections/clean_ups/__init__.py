"""Clean-ups and special campaigns (清理整顿、专项行动) in four steps, sent down to every stack below."""
