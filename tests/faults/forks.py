"""A server that forks `shuniu` commands from one warm process, so that a kill costs what a kill costs.

`python -m tests.faults.forks`: requests come as lines of JSON on stdin, tidings leave as lines on stdout.
What a child runs is the very command that an operator runs; only the seconds of importing are saved.
"""

import asyncio
import ctypes
import json
import os
import select
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

TELL = signal.SIGUSR1
"""asks a child where each of its tasks waits; the answer goes to its log"""
_PR_SET_PDEATHSIG = 1
_POLL_S = 0.02


def _warm() -> None:
    """Import what the commands import."""
    from chassis.service import discover, installed

    for module in ("chassis.command.main", "chassis.serving", "tests.chassis.sample.watched"):
        import_module(module)
    for name in installed():
        discover(name)


def _run(argv: list[str]) -> int:
    """One command to its end; its exit code."""
    from chassis.command.main import main
    from tests.chassis.sample import watched

    sys.argv = ["shuniu", *argv]
    try:
        if argv[0] == "sample":
            watched.main(frozenset(argv[1:]))
        else:
            main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _where(*_: object) -> None:
    with suppress(RuntimeError):  # no loop runs
        for task in sorted(asyncio.all_tasks(), key=lambda task: task.get_name()):
            print("Task", task.get_name(), file=sys.stderr)
            waits: Any = task.get_coro()
            while frame := getattr(waits, "cr_frame", None):
                code = frame.f_code
                print(f"  {code.co_qualname} at {code.co_filename}:{frame.f_lineno}", file=sys.stderr)
                waits = waits.cr_await
    sys.stderr.flush()


def _become(request: dict[str, Any]) -> NoReturn:
    """In the fork: tie the life to the server's, take environment and output, run."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for descriptor, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, target)
    os.environ.clear()
    os.environ.update(request["env"])
    signal.signal(TELL, _where)
    code = 1
    try:
        code = _run(request["argv"])
    finally:
        with suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _tell(**tidings: Any) -> None:
    sys.stdout.write(json.dumps(tidings) + "\n")
    sys.stdout.flush()


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _tell(pid=pid, ended=os.waitstatus_to_exitcode(status))


def serve() -> None:
    """Fork what is asked for, until stdin ends; children end with this process."""
    _warm()
    _tell(warm=True)
    waiting = b""
    while True:
        readable, _, _ = select.select([0], [], [], _POLL_S)
        if readable:
            chunk = os.read(0, 1 << 16)
            if not chunk:
                return
            *lines, waiting = (waiting + chunk).split(b"\n")
            for line in lines:
                request = json.loads(line)
                if (pid := os.fork()) == 0:
                    _become(request)
                _tell(number=request["number"], pid=pid)
        _reap()


if __name__ == "__main__":
    serve()
