"""What a script logs with: experiments of its own making, and MLflow's names for the same."""
