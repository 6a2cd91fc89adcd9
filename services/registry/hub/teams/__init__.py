"""Teams (巾帼巡查队、志愿队伍、十大员): area, shifts, hours, points, incentives."""
