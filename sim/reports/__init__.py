"""Tables and figures of stored results; reads results only, never simulates."""
