"""What drives emissions, where they are heading and when they peak."""
