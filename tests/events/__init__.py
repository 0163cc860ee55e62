"""Tests of `events/`."""
