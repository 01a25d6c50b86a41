"""MLflow's stores and servers: entities read from files or a server, and written to them."""
