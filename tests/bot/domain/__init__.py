"""What is true of requests, people, machines and policy, tried without any server."""
