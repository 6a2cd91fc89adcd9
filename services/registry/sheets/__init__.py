"""Steps of matters by workbook: a list to be filled in offline, and brought back with a report by row."""
