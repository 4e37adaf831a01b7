"""Makes what stands in docs and deploy/grafana out of the table of metrics (``ray_app.telemetry.catalog``)."""
