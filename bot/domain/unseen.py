"""What of a text cannot be seen: it is never shown, and nobody has meant it by typing."""

import unicodedata
from typing import Final

_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
"""Controls, formats (such as turn the direction of reading), private use, halves of pairs."""
_BLANK: Final = frozenset(
    chr(code)
    for some in (
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0000, 0xE1000),
    )
    for code in some
)
"""What Unicode counts among letters and marks and draws as nothing: fillers, selectors."""
_MARKS: Final = 4
"""So many marks on one letter is what scripts need; a pile of them covers other lines."""


def unseen(character: str) -> bool:
    """Whether a character cannot be seen; a space can."""
    return (
        character in _BLANK
        or unicodedata.category(character) in _CATEGORIES
        or ord(character) & 0xFFFE == 0xFFFE  # no character, by definition
    )


def without_unseen(text: str) -> str:
    """Drop what cannot be seen and make a space of every kind of it and of line ends."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        if character.isspace():
            kept.append(" ")
            marks = 0
        elif not unseen(character):
            marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
            if marks <= _MARKS:
                kept.append(character)
    return "".join(kept)


def quoted(text: str, most: int = 80) -> str:
    """Show what somebody typed in quotes, and not more of it than is needed to know it again."""
    seen = without_unseen(text)
    return f"'{seen}'" if len(seen) <= most else f"'{seen[: most - 1]}…'"
