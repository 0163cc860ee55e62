"""Tests of exploring schedules."""
