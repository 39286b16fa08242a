"""Stands before the stand-in shop and answers from memory what was read before, at once.

So a measurement of intake is not one of the stand-in. Everything else is passed on.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, str, bytes]
REMEMBERED = "/orders?"
_known: dict[str, Answer] = {}


class Handler(BaseHTTPRequestHandler):
    """Keeps connections open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    behind = ""

    def do_GET(self) -> None:
        answer = _known.get(self.path)
        if answer is None:
            answer = self._fetched()
            if answer[0] == 200 and REMEMBERED in self.path:
                _known[self.path] = answer
        status, kind, body = answer
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _fetched(self) -> Answer:
        headers = {name: self.headers[name] for name in ("Authorization", "Host", "Accept")
                   if name in self.headers}  # fmt: skip
        request = urllib.request.Request(self.behind + self.path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()

    def log_message(self, *args: object) -> None:
        """Nothing."""


def main() -> None:
    port, Handler.behind = int(sys.argv[1]), sys.argv[2]
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
