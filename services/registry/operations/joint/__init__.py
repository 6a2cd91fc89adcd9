"""Joint activities: who leads, who takes part, how many they reached."""
