"""Tests that explore the races of a session."""
