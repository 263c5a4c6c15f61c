"""The reminder engine under `kill -9`: real processes on a scratch database, killed at random and at each seam."""
