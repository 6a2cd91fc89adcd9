"""Attendance (参会记录): who is invited to a meeting or training, and whether they came."""
