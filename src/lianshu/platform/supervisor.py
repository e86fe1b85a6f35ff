"""`python -m lianshu.platform.supervisor PARTS`: the main process of a running server.

It starts the parts (web server, job runner), starts a part anew that ended, and ends with all of them. It loads
nothing of the platform, so it is small and has nothing to lose. The parts ask the kernel to be killed with it
(:func:`lianshu.core.processes.die_with_parent`): kill -9 leaves nothing serving.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque

#: a part that ends so often within a minute is not started again: everything ends
RESTARTS = 5
#: seconds the parts have to end in order before they are killed; what they give their own parts is less
GRACE = 9.0
_TICK = 0.2


class Part:
    """A child process that is to run as long as the main process does."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.ended: deque[float] = deque(maxlen=RESTARTS)
        self.start()

    def start(self) -> None:
        # a session of its own: Ctrl-C in the terminal reaches the main process only, which ends all in order
        self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603 - our own commands

    def keep(self) -> bool:
        """Start it again if it ended; False when it ends too often."""
        code = self.process.poll()
        if code is None:
            return True
        now = time.monotonic()
        if len(self.ended) == RESTARTS and now - self.ended[0] < 60:
            return False
        self.ended.append(now)
        print(f"{self.name}意外结束（{_how(code)}），正在重新启动。", file=sys.stderr, flush=True)
        time.sleep(min(2.0, 0.2 * len(self.ended)))
        self.start()
        return True


def _how(code: int) -> str:
    return f"信号 {-code}" if code < 0 else f"退出码 {code}"


def run(parts: list[Part]) -> int:
    """Keep the parts running until a signal asks for the end; 0 then, 1 when a part cannot be kept running."""
    asked = 0

    def stop(number: int, frame: object) -> None:
        nonlocal asked
        asked += 1

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, stop)
    code = 0
    while not asked and not code:
        time.sleep(_TICK)
        for part in parts:
            if not asked and not part.keep():
                print(
                    f"{part.name}一分钟内多次意外结束，已停止全部服务。请查看上面的日志，排除原因后重新启动。",
                    file=sys.stderr,
                    flush=True,
                )
                code = 1
    _end(parts, lambda: asked > 1)
    return code


def _end(parts: list[Part], hurry: object) -> None:
    """SIGTERM to all, SIGKILL to what is still there after the grace, or at a second signal (``hurry()``)."""
    for part in parts:
        part.process.terminate()
    last = time.monotonic() + GRACE
    while any(part.process.poll() is None for part in parts):
        if time.monotonic() > last or hurry():
            for part in parts:
                part.process.kill()
        time.sleep(_TICK)


def main() -> int:
    """``PARTS`` is JSON: ``[[name, [command, argument, …]], …]``."""
    os.environ["LIANSHU_MAIN"] = str(os.getpid())
    return run([Part(name, command) for name, command in json.loads(sys.argv[1])])


if __name__ == "__main__":
    sys.exit(main())
