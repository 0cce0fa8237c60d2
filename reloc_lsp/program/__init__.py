"""Source text: what a unit is, where it stands, and how a change is spliced into it without touching the rest."""
