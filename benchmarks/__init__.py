"""What Stämma costs, measured; each module is a command: `python -m benchmarks.cast --help`."""
