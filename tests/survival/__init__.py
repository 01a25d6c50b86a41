"""What becomes of a store when a write fails at any of its steps: see ``driver``."""
