"""The library's sentences on what a person asked for, in the reader's language.

The library speaks English. What it says of a question, a follow, a digest or a source is read by people on
Discord, who can put it right; what it says of files and servers is read by operators, and stays as it is.
"""

from __future__ import annotations

from string import Formatter

from bot.text.language import _, mark

# As the library writes them, with names in place of what changes.
SENTENCES = (
    mark("The question is empty: ask something about the news."),
    mark("The question has {count} characters: keep it under {most}."),
    mark("The start of the period lies after its end: swap the two dates."),
    mark("There is no source {name}: did you mean {other}?"),
    mark("There is no source {name}: known are {names}."),
    mark("There is no source {name}: perhaps {other} is meant."),
    mark("There is no source {name}: the list of sources shows what there is."),
    mark("{address} is a source already: there is nothing to do."),
    mark("{address} is no web address: give one such as https://example.org/feed.xml."),
    mark("This is followed already: /follows lists what is."),
    mark("{most} things are followed already: stop one with /follows first."),
    mark('"{name}" is not a time zone: write it like Europe/Berlin or UTC.'),
    mark("{hour} lies in the quiet hours: choose another hour, or other quiet ones."),
    mark("A digest has {topics} topics and {sources} sources at most."),
    mark("A topic has {most} characters at most: a few words are enough."),
    mark("The same digest is set up there already."),
    mark("There is no such digest: /digest show lists them."),
    mark("There are {most} digests already: stop one first."),
)


# The parts of each sentence: a text, and the name of what stands behind it (None at the end).
_PARTS = {
    sentence: [(text, name) for text, name, _spec, _conversion in Formatter().parse(sentence)]
    for sentence in SENTENCES
}


def translated(sentence: str) -> str:
    """Return a sentence of the library in the language of this task; as it is where it is none of these."""
    for known in SENTENCES:
        values = _values(known, sentence)
        if values is not None:
            return _(known).format(**values)
    return sentence


def _values(known: str, sentence: str) -> dict[str, str] | None:
    """Return what stands in a sentence for the names of a known one; None where it is another sentence."""
    values: dict[str, str] = {}
    place, waiting = 0, ""
    for text, name in _PARTS[known]:
        if name is None:
            begins = len(sentence) - len(text) if sentence.endswith(text) else -1
        else:
            begins = sentence.find(text, place)
        if begins < place or (begins > place and not waiting):
            return None
        if waiting:
            values[waiting] = sentence[place:begins]
        place, waiting = begins + len(text), name or ""
    if waiting:
        values[waiting] = sentence[place:]
    return values
