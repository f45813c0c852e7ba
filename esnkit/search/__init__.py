"""Search for settings: spaces, budgets, rounds, and rolling origins."""
