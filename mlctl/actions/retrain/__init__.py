"""Retrain unattended: decide what is due, and do it in steps that survive a crash.

::

    tick      all models of a store that are due: what a crontab line calls; mostly nothing is
    each      one model, with its dead man's switch
    run       one model: its lock, what a crash left, its slot, the run, the end
    due       whether anything is due, from the clock and the journal alone
    triggers  what the data says
    progress  the steps in their order, each in a process of its own, tried again where that may help
    launch    one process: its log, its end, its time
    ending    the journal, the events, and who is told
    target    a model's parameters file
    came      what is asked for, and what came of it
    switches  dead man's switches
    log       the runs so far
    order     what the processes of a run tell each other
    work      the run: which steps, and what came of them
    world     clock, environment and processes, as arguments

    child     the process of a step; it calls one of
    fetching  fetch the data and hold it to the schema of the last
    looking   the champion on new rows; drift
    climbing  the ladder
    gating    the gate
    building  the bundle of a new champion
    telling   notifications

The upper part imports no ML library: it waits while the lower part works, and a tick with nothing due ends
there.
"""
