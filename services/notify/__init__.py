"""Who must know what, by when, and did they: recipients, rules, messages, acknowledgements."""
