"""What a rich_text block may contain.

The rule: this is the only block with a grammar of its own, so it has a page of its own.
"""

from sandbox.workspace.shapes import (
    Rule,
    Shape,
    flag,
    kinds,
    list_of,
    number,
    one_of,
    string,
    typed,
)

_STYLE = {
    "style": Shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), flag))
}
_ID = string(20, 1)

_INLINE: dict[str, Rule] = {
    "text": typed("text", {"text": string(3000, 1)}, _STYLE),
    "link": typed(
        "link", {"url": string(3000, 1)}, {"text": string(3000), "unsafe": flag, **_STYLE}
    ),
    "user": typed("user", {"user_id": _ID}, _STYLE),
    "usergroup": typed("usergroup", {"usergroup_id": _ID}, _STYLE),
    "channel": typed("channel", {"channel_id": _ID}, _STYLE),
    "emoji": typed("emoji", {"name": string(100, 1)}, {"unicode": string(40), **_STYLE}),
    "broadcast": typed("broadcast", {"range": one_of("here", "channel", "everyone")}, _STYLE),
    "date": typed(
        "date",
        {"timestamp": number(0, 2**40), "format": string(200, 1)},
        {"url": string(3000), "fallback": string(200), **_STYLE},
    ),
}
_LINE = list_of(kinds(_INLINE, "rich text"), 1000, 0)
_SECTION = typed("rich_text_section", {"elements": _LINE})
_BORDER = {"border": number(0, 1)}

RICH_TEXT = typed(
    "rich_text",
    {
        "elements": list_of(
            kinds(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_list": typed(
                        "rich_text_list",
                        {"style": one_of("bullet", "ordered"), "elements": list_of(_SECTION, 1000)},
                        {"indent": number(0, 8), "offset": number(0, 10_000), **_BORDER},
                    ),
                    "rich_text_preformatted": typed(
                        "rich_text_preformatted", {"elements": _LINE}, _BORDER
                    ),
                    "rich_text_quote": typed("rich_text_quote", {"elements": _LINE}, _BORDER),
                },
                "rich text",
            ),
            100,
        )
    },
    {"block_id": string(255, 1)},
)
