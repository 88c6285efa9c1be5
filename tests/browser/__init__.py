"""What people do in a real browser, in front of the sandbox's page."""
