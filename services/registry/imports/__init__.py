"""Workbooks into the register: mapping, dry run, durable application, undo."""
