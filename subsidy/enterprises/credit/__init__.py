"""Credit and bars: lists and their dated snapshots, what they say about an enterprise, bars on filing.

One interface for everybody else: `standing` (what the lists say now), `snapshot` (write that down at a station of a
case), `Bar.in_force`. What follows for cases is the affair of `subsidy.cases.credit`.
"""
