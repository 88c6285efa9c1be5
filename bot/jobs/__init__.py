"""What the workers do: submit what was approved, follow it to its end, keep the cards true.

Each is short and may be repeated or lost: it reads the request, does the next thing, and writes it
down through the one door. `tasks` makes them known to the engine, and wakes it when the bell rings;
`sweep` finds whatever nobody was called for.
"""
