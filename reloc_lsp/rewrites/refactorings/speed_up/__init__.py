"""Families of rewrites that do the same in less time; whether they do, the tests' clock says.

Each does the same by construction; where that takes a type, it must have been seen. To add one, write its function and
add a line here. Names bound to attributes or globals before a loop are not among them: from Python 3.11 on the
interpreter remembers such lookups itself.
"""

from reloc_lsp.rewrites.refactorings.simplify import any_all, comprehensions, counting
from reloc_lsp.rewrites.refactorings.speed_up import loop_hoisting, membership, queues, string_joining
from reloc_lsp.rewrites.rewrite import Family

SPEEDING: tuple[Family, ...] = (
    membership.before_loops,
    membership.grown,
    membership.distinct,
    queues.queues,
    loop_hoisting.hoisted,
    string_joining.joined,
    membership.literals,
    comprehensions.comprehensions,
    any_all.any_or_all,
    any_all.flags,
    counting.sums,
    string_joining.lists_to_join,
)
