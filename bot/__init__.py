"""What the bot knows, and every way out. Imports point down; nothing here knows the handlers."""
