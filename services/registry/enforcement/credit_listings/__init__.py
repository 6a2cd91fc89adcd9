"""Credit listing (信用名录): notice first, decision, publication, removal; two years, the graver list."""
