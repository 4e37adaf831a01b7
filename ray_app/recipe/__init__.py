"""Lines to recipes: reading order, sections, ingredients, exports."""
