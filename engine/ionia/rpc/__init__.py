"""The wire: JSON-RPC 2.0 in front of `ionia.core.service.EngineService`. Nothing below this package knows about it."""
