"""Tests of linearizability."""
