"""The page's style: every pair of colours has a contrast of at least 4.5 (WCAG 2.2, AA), light and dark."""

STYLE = """
:root { color-scheme: light dark; --back: #ffffff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de;
  --bar: #2f6fb2; --fault: #9a3412; }
@media (prefers-color-scheme: dark) { :root { --back: #0f1419; --text: #e6e8ea; --soft: #9aa4ad;
  --line: #30363d; --bar: #6aa9e9; --fault: #f0a878; } }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
bdi { overflow-wrap: anywhere; } small, dt { color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0; } dd { margin: 0; font-weight: 600; }
p { margin: .25rem 0; } td:last-child { min-width: 16rem; }
dl.facts { gap: 0 1rem; font-size: .85rem; max-width: 34rem; } dl.facts div { display: flex; gap: .35rem; }
dl.facts dd { font-weight: 400; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; } .fault { color: var(--fault); margin: 0 0 .25rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; }
tr { border-top: 1px solid var(--line); }
th[scope=row] { min-width: 7rem; max-width: 16rem; } td { font-variant-numeric: tabular-nums; }
svg { display: block; } svg rect { fill: var(--bar); }
svg text { fill: var(--soft); font-size: 11px; }
@media print { .wide { overflow: visible; } tr { break-inside: avoid; } }
""".strip()

# Nothing but the page's own style may be loaded, whatever stands in a name.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

OPENING = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)
"""How every page begins, up to its title."""
