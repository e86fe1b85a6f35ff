"""Bounds on what one document may unpack to and hold, looked at before the work is done.

All are far above any plan (a plan of 200 pages has some thousand paragraphs, tables of some hundred cells) and far
below what would hold a machine: whatever is refused is refused within a second and a few megabytes.
"""

from __future__ import annotations

from lianshu.policy.model import UnusableInputError

#: Bytes of one unpacked XML part that is read, and of all such parts.
PART_BYTES = 40 * 1024 * 1024
#: Members of an archive.
PARTS = 5_000
#: Elements of a Word document, elements of a web page.
ELEMENTS = 600_000
NODES = 200_000
#: Bytes of a plain text, of a web page.
TEXT_BYTES = 3 * 1024 * 1024
PAGE_BYTES = 10 * 1024 * 1024
#: Characters of a web page's text, menus included.
PAGE_CHARACTERS = 500_000
#: Opened and not closed tags of a page's source, those aside that browsers close by themselves.
RAW_DEPTH = 500
#: How deep paragraphs, tables and blocks may be nested.
DEPTH = 200
#: Cells of one table once spans are laid out, of all tables together, and columns of a row.
CELLS = 50_000
ALL_CELLS = 200_000
COLUMNS = 500
#: Characters of the text of a document while it is put together; the reader's own bound is lower.
CHARACTERS = 2_000_000
#: Pages of a PDF, drawn objects of one page that are looked at for tables, seconds for finding tables.
PAGES = 1_000
DRAWN = 1_500
ALL_DRAWN = 100_000
CHARACTERS_OF_PAGE = 20_000
CELLS_OF_PAGE = 1_500
TABLE_SECONDS = 4.0
#: Bytes that the streams of a PDF may unpack to, pictures aside.
STREAM_BYTES = 200 * 1024 * 1024
#: Pixels of a page or picture that is recognised.
PIXELS = 60_000_000


class TooBigError(Exception):
    """A bound was passed; ``what`` names it in Chinese, ``remedy`` says what to do."""

    def __init__(self, what: str, remedy: str = "请拆分后再读") -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy

    def unusable(self, name: str) -> UnusableInputError:
        """The refusal of the file ``name``."""
        return UnusableInputError(f"{name}：{self.what}，{self.remedy}。")
