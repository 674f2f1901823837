"""Serves the deployed API at the root of an address of its own, as API Gateway does.

MiniStack serves it below a path, where no link from page to page works, or by a host name that few systems resolve and under
which it keeps /health and /login for itself.

Usage: front.py <port> <URL of the API at MiniStack>
"""

import http.client
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

port, api = int(sys.argv[1]), urlsplit(sys.argv[2])


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def forward(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        connection = http.client.HTTPConnection(api.netloc)
        connection.request(self.command, api.path + self.path, body, dict(self.headers.items()))
        answer = connection.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = forward

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", port), Front).serve_forever()
