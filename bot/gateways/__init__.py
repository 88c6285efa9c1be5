"""The ways out: one vendor each, and none knows another."""
