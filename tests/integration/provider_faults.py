"""The fake provider (scripts/provider-stand-in) in a test's own process, and the faults of a provider's
replies: FAULTS, by name, for the `faults` of the fake provider."""

import datetime
import gzip
import importlib.machinery
import importlib.util
import json
import pathlib
import socket
import struct
import time

HOUR = 3600
DAY = 24 * HOUR
BIG = 100 << 20


def load_stand_in():
    path = pathlib.Path(__file__).parents[2] / "scripts" / "provider-stand-in"
    loader = importlib.machinery.SourceFileLoader("provider_stand_in", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


provider_stand_in = load_stand_in()
StandIn, Fault, send_whole = (
    provider_stand_in.StandIn, provider_stand_in.Fault, provider_stand_in.send_whole)
JSON, HTML = provider_stand_in.JSON, "text/html; charset=utf-8"


def hourly(*values, past=2 * DAY, ahead=4 * DAY, clock=time.time):
    """A series of whole hours around now, of these values in turn."""
    first = int(clock() - past) // HOUR
    return [(hour * HOUR, HOUR, values[(hour - first) % len(values)])
            for hour in range(first, first + (past + ahead) // HOUR)]


class Points(Fault):
    """Changes the points themselves, (start, seconds, value)."""

    def __init__(self, change):
        self.points = change


def replaced(index, value):
    def change(points):
        if not points:
            return points  # for a time before the series begins
        start, seconds, _ = points[index(points)]
        at = index(points)
        return points[:at] + [(start, seconds, value)] + points[at + 1:]
    return Points(change)


def middle(points):
    return len(points) // 2


def last(points):
    return len(points) - 1


def moved(days):
    return Points(lambda points: [
        (start + days * DAY, seconds, value) for start, seconds, value in points])


class Times(Fault):
    """Changes how the times of points are written."""

    def __init__(self, form):
        self.time = form


def at_offset(hours):
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    return lambda start: datetime.datetime.fromtimestamp(start, zone).isoformat()


def central_european(start):
    """With the offset of that time of the year: summer is from the last Sunday of March to that of
    October, both at 01:00 UTC."""
    utc = datetime.timezone.utc
    year = datetime.datetime.fromtimestamp(start, utc).year
    begin, end = (
        (day - datetime.timedelta(days=(day.weekday() + 1) % 7)).timestamp()
        for day in (datetime.datetime(year, month, 31, 1, tzinfo=utc) for month in (3, 10)))
    return at_offset(2 if begin <= start < end else 1)(start)


class Unit(Fault):
    def __init__(self, name, grams):
        self.unit = name, grams


class Body(Fault):
    """Changes the body and its declared type."""

    def __init__(self, change, content_type=JSON):
        self.change, self.content_type = change, content_type

    def send(self, answer, body):
        send_whole(answer, self.change(body), self.content_type)


class Wire(Fault):
    """Changes how it is sent: a function of the answer and the body."""

    def __init__(self, send):
        self.send = send


def raw(*pieces, hang=False, pause=0):
    """Sends the pieces as they are, then closes, or waits until the client goes away."""
    def send(answer, body):
        answer.close_connection = True
        for piece in pieces:
            answer.wfile.write(piece(body) if callable(piece) else piece)
            time.sleep(pause)
        while hang and answer.connection.recv(65536):
            pass
    return Wire(send)


def head(*headers):
    lines = ["HTTP/1.1 200 OK", f"Content-Type: {JSON}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def in_chunks(body):
    pieces = [body[i:i + 100] for i in range(0, len(body), 100)] + [b""]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def reset(answer, body):
    answer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Else it is closed twice, and politely first.
    answer.connection.close()
    answer.close_connection = True


def packed(data):
    """As gzip, whatever the body was, where `data` is given."""
    return Wire(lambda answer, body: send_whole(
        answer, gzip.compress(data or body, 1), headers=[("Content-Encoding", "gzip")]))


def redirected(target):
    """To what `target` says of the path and port, once."""
    def send(answer, body):
        where = target(answer.path, answer.server.server_address[1])
        if where is None:
            send_whole(answer, body)
        else:
            send_whole(answer, b"moved", HTML, 307, [("Location", where)])
    return Wire(send)


def status(code, retry_after=None):
    headers = [] if retry_after is None else [("Retry-After", str(retry_after))]
    return Wire(lambda answer, body: send_whole(
        answer, b'{"error": "so it is"}', status=code, headers=headers))


def echoed(form, code=401):
    """As an error that repeats what the client proved itself with, in `form` of it."""
    def send(answer, body):
        shown = [answer.headers.get(name, "") for name in ("auth-token", "Authorization")]
        proof = form("".join(shown).removeprefix("Bearer ").removeprefix("Basic "))
        send_whole(answer, json.dumps({"error": "bad", "message": proof}).encode(), status=code)
    return Wire(send)


FAULTS = {
    "null": replaced(middle, None),
    "null at the end": replaced(last, None),
    "negative": replaced(middle, -4),
    "huge": replaced(middle, 1e300),
    "nan": replaced(middle, float("nan")),
    "infinite": replaced(middle, float("inf")),
    "text": replaced(middle, "412.5"),
    "zeros": Points(lambda points: [(start, seconds, 0) for start, seconds, _ in points]),
    "none": Points(lambda points: []),
    "one": Points(lambda points: points[:1]),
    "twice": Points(lambda points: points + points),
    "contradicted": Points(lambda points: points + [
        (start, seconds, 999) for start, seconds, _ in points[:1]]),
    "unsorted": Points(lambda points: points[::-1]),
    "overlapping": Points(lambda points: points[:1] + [
        (start - seconds // 2, seconds, value) for start, seconds, value in points[1:]]),
    "gap": Points(lambda points: points[:middle(points)] + points[middle(points) + 1:]),
    "past": moved(-30),
    "future": moved(3),
    "offset": Times(at_offset(5.5)),
    "central european": Times(central_european),
    "no offset": Times(lambda start: at_offset(0)(start).removesuffix("+00:00")),
    "epoch": Times(lambda start: str(start)),
    "grams": Unit("gCO2/kWh", 1),
    "stones": Unit("stones/therm", 1),
    "empty": Body(lambda body: b""),
    "empty object": Body(lambda body: b"{}"),
    "empty array": Body(lambda body: b"[]"),
    "html": Body(lambda body: b"<html>Be right back</html>", HTML),
    "html as json": Body(lambda body: b"<html>Be right back</html>"),
    "wrong type": Body(lambda body: body, "text/csv"),
    "truncated": Body(lambda body: body[:len(body) // 2]),
    "deep": Body(lambda body: b"[" * 100000 + b"]" * 100000),
    # As large as is read, and when it is parsed, thirty times that.
    "bomb": Body(lambda body: b"[" + b"[]," * 1390000 + b"[]]"),
    "no text": Body(lambda body: b"\xff\xfe" + body),
    "reset": Wire(reset),
    "closed": raw(),
    "hang": raw(hang=True),
    "hang in headers": raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", hang=True),
    "hang in body": raw(head("Content-Length: 9999"), b'{"zone": ', hang=True),
    "drip": raw(head("Content-Length: 9999"), *[b" "] * 1000, pause=0.1),
    "cut": raw(head("Content-Length: 999999"), lambda body: body),
    "garbage": raw(b"\x16\x03\x01" * 100),
    "chunked": raw(head("Transfer-Encoding: chunked"), in_chunks),
    "big": raw(head(f"Content-Length: {BIG}"), *[b" " * 65536] * (BIG // 65536)),
    "big in chunks": raw(head("Transfer-Encoding: chunked"),
                         *[b"10000\r\n" + b" " * 65536 + b"\r\n"] * (BIG // 65536)),
    "gzip": packed(None),
    "gzip bomb": packed(b" " * BIG),
    "redirect": redirected(lambda path, port: None if "moved" in path else path + "&moved=1"),
    "redirect loop": redirected(lambda path, port: path),
    "redirect away": redirected(lambda path, port: f"http://localhost:{port}{path}"),
    "401": status(401),
    "403": status(403),
    "404": status(404),
    "429": status(429),
    "429 retry": status(429, 7),
    "500": status(500),
    "503": status(503),
    "503 retry": status(503, 7),
}
