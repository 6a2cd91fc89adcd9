"""The register of risks (风险隐患台账): found, assessed, mitigated, closed."""
