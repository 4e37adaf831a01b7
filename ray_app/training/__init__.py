"""Teaches PP-OCRv6's recognizers to read recipes, on lines that it draws itself. Nothing at run time imports it."""
