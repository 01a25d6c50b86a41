"""Where a shell starts: signals and streams are seen to first, before anything slow is imported."""

import sys

try:
    from mlctl.cli import signals
except KeyboardInterrupt:  # so early that it can only be remembered
    from mlctl.cli import signals

    signals.remember(signals.STOPPING[0])


def entry() -> None:
    """Run the command line of this process and exit with its code."""
    signals.listen()
    code = _run()
    signals.over()
    sys.exit(code)


def _run() -> int:
    try:
        signals.check()
        from mlctl.cli import refusals, streams

        streams.prepare()
        refusals.guard_memory()
        from mlctl.cli.main import main

        return main()
    except (Exception, KeyboardInterrupt) as error:
        # What came before main could take care: an interrupted import, or a second error while it told one.
        from mlctl.cli import out, refusals

        failure = refusals.told(error)
        if failure is None or "--debug" in sys.argv:
            raise
        return out.failed(failure, as_json="--json" in sys.argv)
