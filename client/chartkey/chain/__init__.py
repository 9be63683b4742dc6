"""The chain: a checked connection, typed contract calls, sending and events."""
