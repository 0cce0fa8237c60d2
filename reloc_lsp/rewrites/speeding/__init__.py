"""Families of rewrites that do the same in less time; whether they do, the tests' clock says.

Each does the same by construction; where that takes a type, it must have been seen. To add one, write its function and
add a line here. Names bound to attributes or globals before a loop are not among them: from Python 3.11 on the
interpreter remembers such lookups itself.
"""

from reloc_lsp.rewrites.rewrite import Family
from reloc_lsp.rewrites.simplifying import building, counting, existence
from reloc_lsp.rewrites.speeding import invariants, joining, members, queues

SPEEDING: tuple[Family, ...] = (
    members.before_loops,
    members.grown,
    members.distinct,
    queues.queues,
    invariants.hoisted,
    joining.joined,
    members.literals,
    building.comprehensions,
    existence.any_or_all,
    existence.flags,
    counting.sums,
    joining.lists_to_join,
)
