"""A trace as a page: how the best came about, which version came from which, their diffs, and what it cost."""

from reloc_lsp.revision.picture.document import page

__all__ = ["page"]
