"""What the README claims of speed and memory, measured side by side; never part of the tests.

``python -m benchmarks`` runs all of it, ``python -m benchmarks.snapshot`` one of it.
"""
