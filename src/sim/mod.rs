//! The embedded ECS simulator.
