"""Contact records: made, missed or due, under four headings."""
