"""A child of a test stack: answers its health URL and writes down how it ends. Arguments: port, diary."""

import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType


class Health(BaseHTTPRequestHandler):
    """Answers 200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep silent."""


def main(port: int, diary: Path) -> None:
    """Serve until SIGTERM."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Health)

    def end(number: int, frame: FrameType | None) -> None:
        with diary.open("a") as file:
            file.write(f"SIGTERM {port}\n")
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    with diary.open("a") as file:
        file.write(f"up {port}\n")
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
