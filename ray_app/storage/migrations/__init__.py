"""How the tables came to be, step by step. Alembic runs the files in versions/ in the order that each names."""
