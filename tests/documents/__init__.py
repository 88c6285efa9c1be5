"""What the documents claim, checked against the code: each claim is drawn, or compared."""
