"""Standing requests for periodic data returns (数据报送): who hands in, and how often."""
