"""Yearly assessments (考核评价) of directly supervised organisations: business and Party work, both."""
