"""What is true of requests, people, machines and policy: no I/O, no vendor, no clock."""
