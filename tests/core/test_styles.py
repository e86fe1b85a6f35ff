"""Style sheets of the house: what only a screen needs stays off the paper."""

import re
from pathlib import Path

import lianshu

SHEETS = [
    path
    for path in sorted(Path(lianshu.__file__).parent.glob("*/static/*/*.css"))
    if "vendor" not in path.parts
]


def test_narrow_layouts_are_for_screens():
    # an A4 page is 794 px wide: without the word it would be printed as a phone
    assert SHEETS
    for sheet in SHEETS:
        narrow = re.findall(r"@media ([^{]*max-width[^{]*)\{", sheet.read_text("utf-8"))
        assert all(words.startswith("screen and") for words in narrow), sheet
