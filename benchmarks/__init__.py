"""What we claim about speed, measured side by side in one run on this machine."""
