"""What a prompt may tell the model's server about a failure of a version that is not the user's own.

Such a version could have been written to read something and to put it into the text of an exception. So its failures
say only what is foreseen: a known class, a known kind of message, and few words that the user's code in the prompt
holds.

Not here: how failures are laid out in a prompt (`feedback`).
"""
