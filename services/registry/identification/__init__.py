"""How an organisation is told from every other: its codes and its name."""
