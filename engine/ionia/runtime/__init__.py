"""Every thread and process of the engine: the clock, workers, pipelines, sessions."""
