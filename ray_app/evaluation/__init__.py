"""How well the pipeline reads images whose recipes are known: figures by category, calibration, and a report to look at."""
