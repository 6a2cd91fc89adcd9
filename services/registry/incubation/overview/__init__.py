"""One organisation's incubation as it stands: stays, services, help, cultivation, guidance."""
