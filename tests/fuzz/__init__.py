"""Inputs of every kind, and what must hold whatever they are."""
