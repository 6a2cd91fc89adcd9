"""The `shuniu` command: one module a group of sub-commands."""
