"""The page of the clinic's figures: for a manager, in tables with a picture in each line."""
