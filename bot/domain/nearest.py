"""What somebody who wrote this may have meant."""

import difflib
from collections.abc import Iterable


def meant(word: str, known: Iterable[str], most: int = 12) -> str:
    """Return a question that names the nearest known word, or a sentence that names some."""
    words = list(known)
    folded = {one.casefold(): one for one in words}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean “{folded[close[0]]}”?"
    shown = ", ".join(words[:most]) + (", …" if len(words) > most else "")
    return f"there are {shown}."
