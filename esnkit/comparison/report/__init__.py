"""The report of a comparison: tables, charts, and the sentences on top."""
