"""The import desk: workbook or csv → columns matched → preview with every error → one transaction."""
