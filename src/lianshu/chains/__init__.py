"""Chain pages, mechanisms and their checklists, expert teams."""
