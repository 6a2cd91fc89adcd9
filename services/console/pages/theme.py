"""The look of the pages: colours and fonts for the charts, the style sheet and the keyboard for all."""

from pathlib import Path
from typing import Final

INK: Final = "#1c2833"
MUTED: Final = "#5f6f7f"
RULE: Final = "#e1e6eb"
ACCENT: Final = "#1d5d8f"
SECOND: Final = "#8fb8d6"
GOOD: Final = "#2f7d5d"
WARN: Final = "#b7791f"
BAD: Final = "#b23b30"
PALETTE: Final = (ACCENT, "#4f93bf", SECOND, "#c2a35b", "#7f8fa0", "#b7c4cf")
FONT: Final = (
    "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', "
    "system-ui, sans-serif"
)

CSS: Final = Path(__file__).with_name("theme.css").read_text(encoding="utf-8")
KEYBOARD: Final = Path(__file__).with_name("keyboard.js").read_text(encoding="utf-8")
