"""What tests of decisions take of the product's search: its commands, its checks, the engine's own work."""
