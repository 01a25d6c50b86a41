"""A bundle's own program: standard library alone, Python 3.8 and newer, copied into every bundle.

It imports nothing of mlctl but the runtime and the server beside it, relatively. mlctl reads bundles with the
same code, and runs none that is in them.

============  ======================================================================================
module        what it does
============  ======================================================================================
``archive``   entries out of one file, whose every byte is accounted for
``folder``    the same of a bundle that is a folder
``bundle``    :class:`Bundle`: the manifest, and entries that are as it says
``command``   the verbs: predict, serve, selftest, info, verify
``table``     CSV and JSON Lines in; ``written`` the same out, whole or not at all
``predict``   rows to predictions; ``selftest`` against those that were told; ``signature`` who signed it
``fitted``    a model of scikit-learn behind the same face, for what the portable form cannot hold
============  ======================================================================================

It starts within a few times what Python itself takes: a verb imports only what it needs, and of the standard
library not what is large (argparse, zipfile, hashlib, pathlib, tempfile).
"""
