"""Reading a plan document: bytes to text, repaired text, outline, reading with evidence. No Django."""
