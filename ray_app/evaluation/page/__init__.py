"""The report as one HTML file that needs nothing else: pictures, differences, plots. Knows figures; measures nothing."""
