"""How fast the service is, and whether that is fast enough: load, figures, verdicts, comparisons, profiles."""
