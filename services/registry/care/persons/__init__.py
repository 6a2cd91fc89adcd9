"""The people behind care records: their keys, finding their records, erasing them."""
