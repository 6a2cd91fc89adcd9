"""Party organisations: how they are set up, whom they cover, their posts and terms."""
