"""Tasks of a comparison: data, splits and scores."""
