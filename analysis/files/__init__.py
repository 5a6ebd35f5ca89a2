"""Reading and writing of files: strictly, with line and column, whole or not at all."""
