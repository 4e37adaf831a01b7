"""Every example in a docstring of the package is true."""

import doctest
import importlib
import pkgutil

import pytest

import ray_app.recipe

MODULES = [module.name for module in pkgutil.iter_modules(ray_app.recipe.__path__, "ray_app.recipe.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0
