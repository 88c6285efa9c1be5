"""The frame of the benchmarks; what they find is for people to read, and never asserted."""
