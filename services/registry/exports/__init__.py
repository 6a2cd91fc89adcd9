"""The register out into a workbook that can be imported again."""
