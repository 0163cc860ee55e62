"""Tests of sessions under exploration."""
