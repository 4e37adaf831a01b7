"""What outlives a request: jobs and their items in SQL, uploads in a folder, results in caches."""
