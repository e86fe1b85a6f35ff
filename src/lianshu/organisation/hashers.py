"""How passwords are hashed: argon2id with parameters for one county server."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class OfficeArgon2Hasher(Argon2PasswordHasher):
    """argon2id with 19 MiB, three passes, one lane.

    Django's default (100 MiB, eight lanes) takes 0.2 to 0.4 s on two cores and 100 MB a hash, so fifty people at
    eight o'clock wait. This is above OWASP's least (19 MiB, two passes) and takes 35 ms of a core, 75 ms on a busy
    machine; older hashes are made anew at the next sign-in. Figures: docs/security.md.
    """

    time_cost = 3
    memory_cost = 19_456
    parallelism = 1
