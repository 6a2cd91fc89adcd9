"""Days as the offices count them: in Asia/Shanghai, whatever zone a server stands in."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(moment: datetime) -> date:
    """The day of an aware moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()
