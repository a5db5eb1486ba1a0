"""The command line for people. Prints; everything else is done by the engine behind `EngineService`."""
