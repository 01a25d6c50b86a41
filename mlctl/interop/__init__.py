"""Other tools' forms: MLflow's stores and servers, foreign parameter files."""
