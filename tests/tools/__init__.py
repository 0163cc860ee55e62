"""Tests of `turnfold.tools`."""
