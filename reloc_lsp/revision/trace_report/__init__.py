"""A trace as one HTML page: how the best revision came about, every version with its diff, and what it cost.

A trace contains text that a model or a stranger wrote. Every such text passes through the templates, which escape it.
"""

from reloc_lsp.revision.trace_report.page import render_page

__all__ = ["render_page"]
