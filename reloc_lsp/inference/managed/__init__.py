"""`vllm serve` on this machine: started once for all terminals and editors of a user, watched, and ended when idle."""
