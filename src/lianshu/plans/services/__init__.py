"""Writes of this room: uploading and reading (`intake`), the desk (`desk`), plans themselves (`plans`)."""
