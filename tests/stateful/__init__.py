"""Tests that walk through states instead of naming them."""
