"""How pytest is driven inside the project's interpreter: sessions, collection, and one runner per tier.

Not here: processes and confinement (`isolation`), instrumentation (`probe`).
"""
