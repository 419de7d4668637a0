#!/usr/bin/env python3
"""A provider's server on loopback with every fault that a client must handle.

Prints one line of JSON: its ports, and the certificates that its TLS ports show. Ends when its
standard input ends. FAULTS below says what each path does.

  plain    HTTP
  other    HTTP too: another origin
  silent   takes connections and never says a word
  tls      HTTPS with a certificate for 127.0.0.1, signed by nobody but itself
  misnamed HTTPS with one for another host
  nobody   nothing listens there
The TLS ports are 0 where there is no openssl program.
"""
import gzip
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from urllib.parse import parse_qs, urlsplit

JSON_TYPE = "application/json"
OK = b'{"value": 412.5}'
BIG = 100 << 20


class Counts:
    """The requests since the last reset. Requests that were under way then count before it."""

    lock = threading.Lock()
    latest = None

    def __init__(self):
        Counts.latest = self
        self.connections = 0
        self.requests = {}
        self.headers = {}
        self.now = 0
        self.most_at_once = 0
        self.sent = 0
        self.not_modified = 0

    def as_json(self):
        with self.lock:
            return json.dumps({
                "connections": self.connections, "requests": self.requests,
                "headers": self.headers, "most_at_once": self.most_at_once,
                "sent": self.sent, "not_modified": self.not_modified}).encode()


Counts()
GATE = threading.Event()
PORTS = {}


def head(status, headers):
    lines = ["HTTP/1.1 %s" % status] + ["%s: %s" % header for header in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Exchange:
    """One request and what becomes of it."""

    def __init__(self, connection, counts, path, query, headers):
        self.connection = connection
        self.counts = counts
        self.path = path
        self.query = query
        self.headers = headers
        self.is_under_way = False

    def enter(self, target, is_new_connection):
        with Counts.lock:
            self.is_under_way = True
            self.counts.connections += is_new_connection
            self.counts.requests[target] = self.counts.requests.get(target, 0) + 1
            self.counts.headers[target] = self.headers
            self.counts.now += 1
            self.counts.most_at_once = max(self.counts.most_at_once, self.counts.now)

    def leave(self):
        with Counts.lock:
            self.counts.now -= self.is_under_way
            self.is_under_way = False

    def send(self, data):
        self.connection.sendall(data)
        with Counts.lock:
            self.counts.sent += len(data)

    def reply(self, body=OK, status="200 OK", content_type=JSON_TYPE, headers=()):
        # Before the client can know, and send its next.
        self.leave()
        self.send(head(status, [("Content-Type", content_type), ("Content-Length", len(body)),
                                *headers]) + body)
        return True

    def hang(self):
        """Until the client goes away, or all is over."""
        try:
            while self.connection.recv(65536):
                pass
        except OSError:
            pass


# Each takes an exchange, and returns True if the connection stays open.
def ok(x):
    return x.reply()


def empty(x):
    return x.reply(b"")


def status(x):
    code = x.path.rsplit("/", 1)[1]
    headers = [(name.replace("_", "-"), value)
               for name, values in x.query.items() for value in values]
    return x.reply(b'{"error": "so it is"}', "%s Whatever" % code, headers=headers)


def redirect(x):
    where = {
        "same": "/ok",
        "relative": "../ok?x=1",
        "loop": "/redirect/loop",
        "port": "http://127.0.0.1:%d/ok" % PORTS["other"],
        "host": "http://localhost:%d/ok" % PORTS["plain"],
        "tls": "https://127.0.0.1:%d/ok" % PORTS["tls"],
        "down": "http://127.0.0.1:%d/ok" % PORTS["plain"],
        "file": "file:///etc/passwd",
        "user": "http://user:password@127.0.0.1:%d/ok" % PORTS["plain"],
        "strange": "http://%s%s/" % ("\xff" * 60, ".x" * 3000),
        "nowhere": "",
    }[x.path.rsplit("/", 1)[1]]
    headers = [("Location", where)] if where else []
    return x.reply(b"moved", "302 Found", "text/html", headers)


def reset(x):
    x.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def close(x):
    pass


def hang_at(x):
    x.send({
        "start": b"",
        "status": b"HTTP/1.1 200 OK\r\n",
        "headers": head("200 OK", [("Content-Type", JSON_TYPE), ("Content-Length", 100)]),
        "body": head("200 OK", [("Content-Type", JSON_TYPE), ("Content-Length", 100)]) + b'{"a":',
    }[x.path.rsplit("/", 1)[1]])
    x.hang()


def drip(x):
    x.send(head("200 OK", [("Content-Type", JSON_TYPE), ("Content-Length", 1 << 20)]))
    while True:
        x.send(b" ")
        time.sleep(0.05)


def gate(x):
    """Waits with all others until someone asks for /open."""
    GATE.wait(60)
    return x.reply()


def open_gate(x):
    GATE.set()
    return x.reply()


def compressed(x):
    return x.reply(gzip.compress(OK), headers=[("Content-Encoding", "gzip")])


def blanks(mebibytes):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b" " * (1 << 20)
    return b"".join([packer.compress(piece) for _ in range(mebibytes)] + [packer.flush()])


def bomb(x):
    return x.reply(blanks(100), headers=[("Content-Encoding", "gzip")])


def nested_bomb(x):
    return x.reply(gzip.compress(blanks(100)), headers=[("Content-Encoding", "gzip, gzip")])


def damaged_gzip(x):
    body = bytearray(gzip.compress(OK * 1000))
    for i in range(12, 40):
        body[i] ^= 0x5a
    return x.reply(bytes(body), headers=[("Content-Encoding", "gzip")])


def stuffed_gzip(x):
    """Blocks without anything in them: much on the wire, and nothing comes out."""
    x.send(head("200 OK", [("Content-Encoding", "gzip"), ("Connection", "close")]))
    x.send(gzip.compress(b"")[:10])
    block = b"\x00\x00\x00\xff\xff" * 10000
    for _ in range(BIG // len(block)):
        x.send(block)


def trailing_gzip(x):
    return x.reply(gzip.compress(OK) + b"x" * 1000, headers=[("Content-Encoding", "gzip")])


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def chunked(x):
    x.send(head("200 OK", [("Content-Type", JSON_TYPE), ("Transfer-Encoding", "chunked")]))
    for i in range(len(OK)):
        x.send(chunk(OK[i:i + 1]))
    x.send(chunk(b""))
    return True


def cut_chunks(x):
    x.send(head("200 OK", [("Content-Type", JSON_TYPE), ("Transfer-Encoding", "chunked")]))
    x.send(chunk(b'{"a":'))


def big(x):
    how = x.path.rsplit("/", 1)[1]
    headers = {"length": [("Content-Length", BIG)],
               "chunked": [("Transfer-Encoding", "chunked")],
               "close": [("Connection", "close")]}[how]
    x.send(head("200 OK", [("Content-Type", JSON_TYPE), *headers]))
    piece = b" " * 65536
    for _ in range(BIG // len(piece)):
        x.send(chunk(piece) if how == "chunked" else piece)


def html(x):
    return x.reply(b"<html>Be right back</html>", content_type="text/html; charset=utf-8")


def http10(x):
    x.send(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + OK)


def http09(x):
    x.send(OK)


def short(x):
    x.send(head("200 OK", [("Content-Type", JSON_TYPE), ("Content-Length", 1000)]) + OK)


def header_flood(x):
    how = x.path.rsplit("/", 1)[1]
    x.send(b"" if how == "interim" else b"HTTP/1.1 200 OK\r\n")
    for i in range(1 << 20):
        x.send({"many": b"X-Header-%d: %s\r\n" % (i, b"x" * 100),
                "long": b"x" * 1000,
                "interim": b"HTTP/1.1 100 Continue\r\nX-Header: %s\r\n\r\n" % (b"x" * 100)}[how])


def repeated(x):
    return x.reply(headers=[("Content-Type", JSON_TYPE)] * 1000)


def trailer_flood(x):
    x.send(head("200 OK", [("Transfer-Encoding", "chunked")]) + chunk(OK) + b"0\r\n")
    for i in range(1 << 20):
        x.send(b"X-Trailer-%d: %s\r\n" % (i, b"x" * 100))


def etag(x):
    tag = '"1"'
    headers = [("ETag", tag), ("Cache-Control", x.query.get("control", ["no-cache"])[0])]
    if x.headers.get("if-none-match") == tag:
        with Counts.lock:
            x.counts.not_modified += 1
        x.send(head("304 Not Modified", headers))
        return True
    return x.reply(headers=headers)


def dated(x):
    date = "Tue, 24 Nov 2026 02:00:00 GMT"
    if x.headers.get("if-modified-since") == date:
        with Counts.lock:
            x.counts.not_modified += 1
        x.send(head("304 Not Modified", [("Last-Modified", date)]))
        return True
    return x.reply(headers=[("Last-Modified", date)])


def show_counts(x):
    return x.reply(Counts.latest.as_json())


def clear(x):
    Counts()
    GATE.clear()
    return x.reply()


FAULTS = {
    "/ok": ok, "/empty": empty, "/html": html, "/status": status, "/redirect": redirect,
    "/gate": gate, "/open": open_gate, "/counts": show_counts, "/clear": clear,
    "/reset": reset, "/close": close, "/short": short, "/hang": hang_at, "/drip": drip,
    "/gzip": compressed, "/gzip/bomb": bomb, "/gzip/nested": nested_bomb,
    "/gzip/damaged": damaged_gzip, "/gzip/stuffed": stuffed_gzip, "/gzip/trailing": trailing_gzip,
    "/chunked": chunked, "/chunked/cut": cut_chunks, "/trailers": trailer_flood, "/repeated": repeated,
    "/big": big, "/headers": header_flood, "/http10": http10, "/http09": http09,
    "/etag": etag, "/dated": dated,
}
# Not counted: they ask about the others.
UNCOUNTED = ("/counts", "/clear", "/open")


def read_request(connection, left):
    """Returns the request's target and headers, or None if there is no further request."""
    while b"\r\n\r\n" not in left:
        data = connection.recv(65536)
        if not data:
            return None
        left += data
    text, left[:] = bytes(left).split(b"\r\n\r\n", 1)
    lines = text.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return lines[0].split(" ")[1], headers


def serve(connection):
    left = bytearray()
    counted_in = None
    try:
        while True:
            request = read_request(connection, left)
            if request is None:
                return
            target, headers = request
            parts = urlsplit(target)
            exchange = Exchange(
                connection, Counts.latest, parts.path, parse_qs(parts.query), headers)
            if parts.path not in UNCOUNTED:
                exchange.enter(target, counted_in is not exchange.counts)
                counted_in = exchange.counts
            fault = FAULTS.get(parts.path) or FAULTS["/" + parts.path.split("/")[1]]
            try:
                goes_on = fault(exchange)
            finally:
                exchange.leave()
            if not goes_on:
                return
    except (OSError, KeyError):
        pass
    finally:
        connection.close()


def listen(wrap=None):
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)

    def take(connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if wrap is not None:
                connection = wrap(connection)
        except OSError:
            connection.close()
            return
        serve(connection)

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=take, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def make_certificate(folder, name, subject):
    path = os.path.join(folder, name + ".pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout",
         path + ".key", "-out", path, "-subj", "/CN=" + name, "-addext",
         "subjectAltName=" + subject],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, path + ".key")
    return path, lambda connection: context.wrap_socket(connection, server_side=True)


def main():
    facts = {"tls": 0, "misnamed": 0, "certificate": "", "misnamed_certificate": ""}
    silent = socket.create_server(("127.0.0.1", 0))
    nobody = socket.create_server(("127.0.0.1", 0))
    facts["nobody"] = nobody.getsockname()[1]
    nobody.close()
    facts["silent"] = silent.getsockname()[1]
    facts["plain"] = listen()
    facts["other"] = listen()
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("openssl"):
            facts["certificate"], wrap = make_certificate(folder, "here", "IP:127.0.0.1")
            facts["tls"] = listen(wrap)
            facts["misnamed_certificate"], wrap = make_certificate(
                folder, "there", "DNS:there.test")
            facts["misnamed"] = listen(wrap)
        PORTS.update(facts)
        print(json.dumps(facts), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
