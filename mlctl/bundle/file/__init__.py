"""The making of a bundle: its program, its manifest, its rows to test with, its one file, and the proof.

=============  =====================================================================================
module         what it does
=============  =====================================================================================
``program``    the code that goes in: the runtime, the server, the bundle's own verbs; some compiled
``golden``     50 to 200 rows with what scikit-learn answers to them
``contents``   everything else that goes in: manifest, schema, notices, Dockerfile, unit
``assemble``   entries to one file, or to a folder; the same entries give the same bytes
``prove``      the bundle's answers in a fresh process, against scikit-learn's
``signing``    ``ssh-keygen -Y sign`` over the manifest
=============  =====================================================================================

:mod:`mlctl.bundle.main` reads bundles, here as in the bundle itself.
"""
