"""What a release is checked with: advisories on what it depends on, and the materials of its image."""
