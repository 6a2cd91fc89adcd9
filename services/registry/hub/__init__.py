"""Hub bodies and the people around them: contacts, liaisons, posts, teams, partners, guidelines."""
