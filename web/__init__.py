"""The house seen from outside: pages, live news, background work, the command line."""
