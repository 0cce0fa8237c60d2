"""The workspace's own tests as the judge of candidates."""
