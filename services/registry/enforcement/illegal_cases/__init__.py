"""Cases of illegal social organisations (非法社会组织): reported, verified, referred, closed."""
