"""Faults that are played to stores, and what is looked at afterwards: nothing confirmed may be lost."""
