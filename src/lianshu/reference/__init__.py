"""Reference data and small exact types: regions, periods, quantities, working days, codes. No Django."""
