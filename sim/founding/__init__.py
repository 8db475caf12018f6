"""Founds a region: a folder of valid tables, from statistics or imagined, in the pattern of a known one."""

from sim.founding.given import Given, given_from_files
from sim.founding.imagined import Size, imagine
from sim.founding.pattern import Pattern, pattern_of
from sim.founding.tables import found
from sim.founding.writing import write_region

__all__ = ["Given", "Pattern", "Size", "found", "given_from_files", "imagine", "pattern_of", "write_region"]
