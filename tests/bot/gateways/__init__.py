"""The ways out: a real Redis, the real engine, and the sandbox at the far end of the wire."""
