"""How things look, checked as strictly as Slack checks it."""
