"""The command line: esnkit forecast, esnkit compare and the rest."""
