"""The bulk door: a folder, bucket or manifest of images into a Parquet dataset, on Ray Data."""
