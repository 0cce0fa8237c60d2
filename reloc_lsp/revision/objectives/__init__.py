"""What each objective decides about a search: which candidates are made, which are better, how a result is described.

`strategy` is what the search run asks; `repair` and `optimization` implement it. The loop itself, its time and its
progress belong to `search_run`.
"""
