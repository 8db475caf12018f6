"""Staffing: options, the cheapest that meets a target, its proof, its shifts, its cost and space."""
