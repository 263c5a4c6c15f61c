"""Taking in what an organisation has written down elsewhere, and writing it out again."""
