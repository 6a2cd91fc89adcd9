"""The service log of stays (服务记录): one side writes a line, the other confirms it."""
