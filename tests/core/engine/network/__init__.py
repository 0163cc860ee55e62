"""Tests of the network service and of its proxy."""
