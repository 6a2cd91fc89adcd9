"""What is looked at and put right: inspections, evaluations, spot checks, clean-ups, rectification, risks."""
