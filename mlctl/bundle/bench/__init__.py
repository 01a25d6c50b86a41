"""The measuring of a system that serves a model: how quick, how large, how it bears load and abuse.

Whatever is measured stands beside the same server doing nothing, and the load generator's own ceiling is
named: a figure near that ceiling says more of the generator than of the server.

=============  =====================================================================================
module         what it does
=============  =====================================================================================
``target``     what is measured: commands that serve it, and rows to ask about
``load``       the load generator, a process of its own: closed and open loop
``nothing``    the same server doing nothing, and a bare socket that the generator is measured against
``processes``  servers started and stopped, their memory
``rows``       one row and many rows, within one process
``stages``     what is measured over HTTP; ``cold`` from the start of a process
``abuse``      requests that no client should send, and the end under load
``report``     what was found, as values and as JSON; ``limits`` what it is held against
``run``        all of it: :func:`bench`
=============  =====================================================================================
"""
