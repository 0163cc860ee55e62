"""Tests of the Hypothesis kit."""
