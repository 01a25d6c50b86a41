"""The bundle: a model as plain data with a small runtime, what is made of it, and what serves it."""
