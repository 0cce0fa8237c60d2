"""The neighbourhood with a model: what it is asked, and what is made of its replies (the paper's four components)."""
