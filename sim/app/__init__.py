"""The planner's page: a scenario in the browser, played by the model at once."""
