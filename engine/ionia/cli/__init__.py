"""The command line for people. Sessions and the self-test go through `EngineService`; what needs no engine (lists, the
doctor, jobs on files, the reference clip) is done here and now."""
