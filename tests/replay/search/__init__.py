"""Tests of the state-space search."""
