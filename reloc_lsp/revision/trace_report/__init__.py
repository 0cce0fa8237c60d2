"""A trace as a page: how the best came about, which version came from which, their diffs, and what it cost."""

from reloc_lsp.revision.trace_report.document import page

__all__ = ["page"]
