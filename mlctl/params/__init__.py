"""The parameters file: what a person writes, checked before anything heavy is imported."""
