"""Every way in: slash command, buttons, modals, web server, Socket Mode, worker, command line."""
