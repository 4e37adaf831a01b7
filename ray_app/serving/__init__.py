"""The online door: the pipeline as an HTTP service on Ray Serve."""
