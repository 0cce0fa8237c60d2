"""Neighbourhoods that are made of others, and how they share the work. What makes neighbours does not belong here."""
