"""Lianshu (链枢): a chain-chief plan becomes the running system."""

__version__ = "0.1.0"
