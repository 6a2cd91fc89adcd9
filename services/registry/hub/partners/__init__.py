"""Partner agreements (高校实习基地): places, hosts, period, who was taken."""
