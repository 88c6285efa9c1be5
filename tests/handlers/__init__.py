"""Stories about the ways in: HTTP, Socket Mode and the command line."""
