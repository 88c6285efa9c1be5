"""The DR bot's command line."""


def main() -> int:
    return 0
