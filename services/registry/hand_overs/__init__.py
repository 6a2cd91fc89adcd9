"""Handing over (离任整体交接): all that somebody answers for, whatever it is, goes to a successor."""
