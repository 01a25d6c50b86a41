"""Pure rules and records: the standard library only, no files, no clock, no randomness."""
