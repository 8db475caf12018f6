"""Answers that are kept: small tables and figures of questions, rebuilt by one command."""
