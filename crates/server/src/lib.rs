//! The outdial binary: configuration, telemetry, wiring, shutdown and the command line.
