"""What goes wrong around the reminder engine, and what it does about it."""
