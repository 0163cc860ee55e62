"""Tests of the exec gate."""
