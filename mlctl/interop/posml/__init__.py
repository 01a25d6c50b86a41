"""The parameters file of a template that schedules training elsewhere, and the folder that it stands in."""
