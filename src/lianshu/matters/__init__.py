"""Problems, needs and requests from receipt to closing."""
