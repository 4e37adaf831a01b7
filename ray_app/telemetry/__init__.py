"""What operators see of the work: metrics, traces and logs."""
