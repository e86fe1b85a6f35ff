"""An application for trials of the real server: kinds of jobs that misbehave. In `settings` of this folder."""
