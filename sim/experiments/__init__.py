"""What to run, how to run it and where the results stay: runner, store and the tables read from it."""
