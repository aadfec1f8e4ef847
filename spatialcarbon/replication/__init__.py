"""Every printed number of the five studies beside ours."""
