"""Trade links to measures, lead firms, gaps and cascades. No Django."""
