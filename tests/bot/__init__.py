"""The bot, file by file: what the stories would tell too slowly or not thoroughly enough."""
