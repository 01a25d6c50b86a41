from mlctl.domain.findings import Finding, faults, mendable


def test_notes_are_no_faults_and_some_faults_can_be_mended():
    torn = Finding("torn-line", "mlstore/x", "line 3 is torn", "repair", "untidy")
    lost = Finding("archive", "mlstore/y", "is missing", "person")
    left = Finding("leftover", "mlstore/tmp/z", "is half-made", "gc", "note")
    assert faults([torn, lost, left]) == (torn, lost)
    assert mendable([torn, lost, left]) == (torn,)
    assert lost.severity == "damage"
