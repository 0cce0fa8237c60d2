"""Refactorings that speed up. Measurements of the tests decide whether they do.

Each keeps the behaviour by construction; where that depends on a type, the type must have been observed. To add one,
write its function and add a line here. Binding attributes or globals to local names before a loop is not among them:
from Python 3.11 on the interpreter caches such lookups itself.
"""

from reloc_lsp.rewrites.refactorings.simplify import any_all, comprehensions, counting
from reloc_lsp.rewrites.refactorings.speed_up import loop_hoisting, membership, queues, string_joining
from reloc_lsp.rewrites.unit_context import Operator

SPEED_UPS: tuple[Operator, ...] = (
    membership.set_before_loop,
    membership.list_to_set,
    membership.loop_to_fromkeys,
    queues.list_to_deque,
    loop_hoisting.hoist_call,
    string_joining.loop_to_join,
    membership.literal_to_set,
    comprehensions.loop_to_comprehension,
    any_all.loop_to_any_all,
    any_all.flag_to_any_all,
    counting.loop_to_sum,
    string_joining.generator_to_list,
)
