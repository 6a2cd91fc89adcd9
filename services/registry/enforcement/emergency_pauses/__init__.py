"""Pauses (暂停活动): one organisation under one order, the six-point visits, and the permit to go on."""
