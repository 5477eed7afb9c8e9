#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""
A server of shots for tests and measurements: HTTP/1.1 with keep-alive and ranges, listings as nginx (JSON) and as
WebDAV (PROPFIND), S3 (ListObjectsV2, signatures checked), a bound on bandwidth, latency, and faults by script.

    shot_server.py --root FOLDER [--port N] [--port-file FILE] [--log FILE] [--latency-ms N] [--mbit N]
                   [--listing json|html|none] [--dav] [--cert PEM --key PEM] [--basic USER:PASSWORD] [--no-ranges]
                   [--s3 --region NAME [--access-key ID --secret-key KEY [--token TOKEN]] [--page N]]
                   [--faults FILE] [--until-eof]
    shot_server.py --self-test

Without --port the system chooses one. The port is printed, and written to --port-file when requests are taken.
--until-eof: ends when standard input does, so that no test leaves it behind.

--latency-ms is one round trip: every request waits for it, the first one of a connection twice. --mbit (10^6 bits a
second) bounds the bodies of all connections together.

--log gets a line a request when that is over: method, path, range or "-", status, bytes of the body that were sent; then
which connection it came on, the first is 1, and milliseconds since the server began when it was read, when its answer
began, and when it was over.

S3: /BUCKET/KEY, or Host: BUCKET.s3.* and /KEY, is the file ROOT/BUCKET/KEY. With --access-key every request has to be
signed with it (AWS Signature Version 4), with --token also to carry that session token.

Faults: each line of the file says

    COUNT PATTERN KIND [ARGUMENT]

The first COUNT requests (or * : all) whose "METHOD path?query" matches the shell pattern have the fault. The first line
that matches and is not used up holds. The file is read again, with new counts, whenever it changes. Kinds:

    delay MS            waits before it answers                stall N     hangs after N bytes of the body
    hang                takes the request, never answers       drip N      sends N bytes a second
    close               closes without an answer               truncate N  closes after N bytes of the body
    garbage             an answer that is no HTTP              reset N     resets the connection after N bytes
    status CODE [S]     that status; with Retry-After: S       repeat      sends the body twice
    redirect URL        302 to the URL                         longer N    Content-Length says N too many
    slow_header MS      a byte of the header every MS          shorter N   Content-Length says N too few
    big_header N        N bytes of header fields               shift N     Content-Range begins N bytes further
    no_ranges           200 with the whole file                excess N    sends N bytes more than the range asked for
    no_length           without Content-Length (chunked)       grown N     Content-Range: the object is N bytes larger
    encoded             Content-Encoding: gzip                 changed     another ETag and Last-Modified
    body TEXT           200 with that text                     no_etag     neither ETag nor Last-Modified
    weak                a weak ETag
"""
import argparse
import base64
import fnmatch
import hashlib
import hmac
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
from email.utils import formatdate
from xml.sax.saxutils import escape

PIECE = 256 << 10


# ---- AWS Signature Version 4: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html ----

def uri_encode(text, safe=""):
    return urllib.parse.quote(text, safe="-_.~" + safe)


def canonical_query(query):
    """Each name and value decoded and encoded by the rules, sorted by name and value after that."""
    pairs = []
    for item in query.split("&") if query else []:
        name, _, value = item.partition("=")
        pairs.append((uri_encode(urllib.parse.unquote_to_bytes(name)), uri_encode(urllib.parse.unquote_to_bytes(value))))
    return "&".join(name + "=" + value for name, value in sorted(pairs))


def signature(secret, method, target, headers, signed, scope, payload):
    """The hexadecimal signature. headers: names in lower case; scope: DATE/REGION/SERVICE/aws4_request."""
    path, _, query = target.partition("?")
    canonical = "\n".join([
        method,
        uri_encode(urllib.parse.unquote_to_bytes(path), "/"),
        canonical_query(query),
        "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in signed),
        ";".join(signed),
        payload])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def check_signature(options, method, target, headers):
    """Why a request is refused, as S3's code of the error; None: it is right."""
    authorization = headers.get("authorization", "")
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        return "AccessDenied"
    fields = dict(part.strip().partition("=")[::2] for part in authorization[17:].split(","))
    key_id, _, scope = fields.get("Credential", "").partition("/")
    signed = fields.get("SignedHeaders", "").split(";")
    if key_id != options.access_key:
        return "InvalidAccessKeyId"
    if options.token and headers.get("x-amz-security-token") != options.token:
        return "InvalidToken"
    date = headers.get("x-amz-date", "")
    try:
        at = time.mktime(time.strptime(date, "%Y%m%dT%H%M%SZ")) - time.timezone
    except ValueError:
        return "AccessDenied"
    if abs(at - time.time()) > 900:
        return "RequestTimeTooSkewed"
    # The host and every x-amz-* field have to be signed.
    needed = {"host"} | {name for name in headers if name.startswith("x-amz-")}
    if scope != f"{date[:8]}/{options.region}/s3/aws4_request" or signed != sorted(signed) or not needed <= set(signed):
        return "AuthorizationHeaderMalformed"
    payload = headers.get("x-amz-content-sha256", "")
    if payload not in ("UNSIGNED-PAYLOAD", hashlib.sha256(b"").hexdigest()) or not set(signed) <= set(headers):
        return "SignatureDoesNotMatch"
    right = signature(options.secret_key, method, target, headers, signed, scope, payload)
    return None if hmac.compare_digest(right, fields.get("Signature", "")) else "SignatureDoesNotMatch"


def self_test():
    """The four examples that AWS has published, and that what differs from them is refused."""
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    scope = "20130524/us-east-1/s3/aws4_request"
    nothing = hashlib.sha256(b"").hexdigest()
    text = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
    host = {"host": "examplebucket.s3.amazonaws.com", "x-amz-date": "20130524T000000Z"}
    examples = [
        ("GET", "/test.txt", {"range": "bytes=0-9"}, nothing,
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("PUT", "/test$file.text", {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
         text, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        ("GET", "/?lifecycle", {}, nothing, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/?max-keys=2&prefix=J", {}, nothing, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]
    for method, target, more, payload, expected in examples:
        headers = {**host, **more, "x-amz-content-sha256": payload}
        got = signature(secret, method, target, headers, sorted(headers), scope, payload)
        assert got == expected, (target, got, expected)
        other = signature(secret, method, target + "x", headers, sorted(headers), scope, payload)
        assert other != expected
    assert canonical_query("prefix=a%20b%2Bc&list-type=2&a") == "a=&list-type=2&prefix=a%20b%2Bc"
    # A "+" in a path is a plus, and signed encoded.
    assert uri_encode(urllib.parse.unquote_to_bytes("/a+b%20c/\u00e4"), "/") == "/a%2Bb%20c/%C3%A4"

    class options:
        access_key, secret_key, token, region = "AKID", secret, None, "us-east-1"
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = now[:8] + "/us-east-1/s3/aws4_request"
    headers = {"host": "h", "x-amz-date": now, "x-amz-content-sha256": nothing}

    def sign(**more):
        signed = sorted(headers)
        made = signature(secret, "GET", "/b/k", headers, signed, scope, nothing)
        return {**headers, "authorization": "AWS4-HMAC-SHA256 Credential=AKID/" + scope + ", SignedHeaders=" +
                ";".join(signed) + ", Signature=" + made, **more}
    assert check_signature(options, "GET", "/b/k", sign()) is None
    assert check_signature(options, "GET", "/b/other", sign()) == "SignatureDoesNotMatch"
    assert check_signature(options, "GET", "/b/k", sign(**{"x-amz-security-token": "t"})) == "AuthorizationHeaderMalformed"
    assert check_signature(options, "GET", "/b/k", headers) == "AccessDenied"
    options.token = "T"
    assert check_signature(options, "GET", "/b/k", sign()) == "InvalidToken"
    print("4 published signatures and 5 checks are right")


# ---- bandwidth and faults ----

class Bandwidth:
    """Hands the line out: whoever sends n bytes waits until those before them are through."""

    def __init__(self, mbit):
        self.rate = mbit * 1e6 / 8
        self.lock = threading.Lock()
        self.free_at = 0.0

    def piece(self):
        """Bytes to send at a time: some 5 ms."""
        return PIECE if not self.rate else max(4096, min(PIECE, int(self.rate / 200)))

    def take(self, count):
        if not self.rate:
            return
        with self.lock:
            now = time.monotonic()
            # Sleeping is not exact: what was slept too long may be made up for, 20 ms of it.
            self.free_at = max(self.free_at, now - 0.02) + count / self.rate
            wait = self.free_at - now
        if wait > 0:
            time.sleep(wait)


class Faults:
    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.seen = None
        self.rules = []

    def find(self, request):
        """(kind, argument) or (None, "")."""
        if not self.path:
            return None, ""
        with self.lock:
            try:
                info = os.stat(self.path)
            except OSError:
                return None, ""
            seen = (info.st_mtime_ns, info.st_size, info.st_ino)
            if seen != self.seen:
                self.seen = seen
                with open(self.path, encoding="utf-8") as file:
                    self.rules = [line.split(None, 3) for line in file if line.strip() and not line.startswith("#")]
            for rule in self.rules:
                if rule[0] != "0" and fnmatch.fnmatchcase(request, rule[1]):
                    if rule[0] != "*":
                        rule[0] = str(int(rule[0]) - 1)
                    return rule[2], rule[3].strip() if len(rule) > 3 else ""
        return None, ""


# ---- requests ----

class Ended(Exception):
    """The connection is over."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "shots/1"
    sys_version = ""
    wbufsize = 0
    timeout = None  # sendfile() wants sockets that block

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.first = True
        self.number = self.server.count_connection()

    def log_message(self, *args):
        pass

    def handle(self):
        try:
            super().handle()
        except (Ended, OSError, ValueError):
            self.close_connection = True

    def do_GET(self):
        self.sent, self.status = 0, "-"
        read_at = answered_at = self.server.now_ms()
        options = self.server.options
        path, _, query = self.path.partition("?")
        try:
            if options.latency_ms:
                time.sleep(options.latency_ms / 1000 * (2 if self.first else 1))
            self.first = False
            answered_at = self.server.now_ms()
            self.drain()
            self.kind, self.argument = self.server.faults.find(self.command + " " + self.path)
            self.fault_before()
            if not self.is_permitted():
                return
            if options.s3:
                self.answer_s3(path, query)
            elif self.command == "PROPFIND":
                self.answer_propfind(path)
            else:
                self.answer_file(self.file_of(path), path)
        finally:
            self.server.write_log(f"{self.command} {self.path} {self.headers.get('Range', '-')} {self.status} {self.sent} "
                                  f"{self.number} {read_at} {answered_at} {self.server.now_ms()}")

    do_HEAD = do_GET
    do_PROPFIND = do_GET

    def drain(self):
        """A PROPFIND has a body."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > 1 << 20:
            raise Ended
        self.rfile.read(length)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        raise Ended

    def wait_for_end(self):
        """Until the other side has closed, a minute at most."""
        self.connection.settimeout(60)
        try:
            while self.connection.recv(4096):
                pass
        except OSError:
            pass
        raise Ended

    def fault_before(self):
        kind, argument = self.kind, self.argument
        if kind == "delay":
            time.sleep(int(argument) / 1000)
        elif kind == "hang":
            self.wait_for_end()
        elif kind == "close":
            raise Ended
        elif kind == "garbage":
            self.connection.sendall(b"\x00\x01 what is this?\r\n\r\n")
            raise Ended
        elif kind == "status":
            code, _, after = argument.partition(" ")
            self.send_all(int(code), {"Retry-After": after} if after else {}, b"fault\n")
            raise Ended
        elif kind == "redirect":
            self.send_all(302, {"Location": argument}, b"")
            self.kind = "done"
            raise Ended
        elif kind == "body":
            self.send_all(200, {}, argument.encode().decode("unicode_escape").encode("latin-1"))
            raise Ended

    def is_permitted(self):
        options = self.server.options
        if options.basic:
            given = self.headers.get("Authorization", "")
            if given != "Basic " + base64.b64encode(options.basic.encode()).decode():
                self.send_all(401, {"WWW-Authenticate": 'Basic realm="shots"'}, b"who is it?\n")
                return False
        if options.s3 and options.access_key:
            headers = {name.lower(): value for name, value in self.headers.items()}
            refused = check_signature(options, self.command, self.path, headers)
            if refused:
                self.send_s3_error(400 if refused in ("InvalidToken", "AuthorizationHeaderMalformed") else 403, refused)
                return False
        return True

    def file_of(self, path):
        """The file of a URL's path, never outside the root."""
        name = urllib.parse.unquote(path, errors="surrogateescape")
        parts = [part for part in name.split("/") if part]
        if "\0" in name or any(part in (".", "..") for part in parts):
            return None
        return os.path.join(self.server.options.root, *parts)

    # ---- answers ----

    def send_all(self, code, headers, body, content_type="text/plain"):
        self.start(code)
        self.put("Content-Type", content_type)
        for name, value in headers.items():
            self.put(name, value)
        self.put("Content-Length", str(len(body)))
        self.finish_head()
        if self.command != "HEAD":
            self.send_body(body, len(body))

    def start(self, code):
        self.status = str(code)
        self.head = [f"HTTP/1.1 {code} {http.server.BaseHTTPRequestHandler.responses.get(code, ('Status',))[0]}",
                     "Server: shots", "Date: " + formatdate(usegmt=True)]

    def put(self, name, value):
        self.head.append(name + ": " + value)

    def finish_head(self):
        if self.kind == "big_header":
            for i in range(int(self.argument) // 1000):
                self.put(f"X-Fill-{i}", "x" * 985)
        data = ("\r\n".join(self.head) + "\r\n\r\n").encode("latin-1")
        if self.kind == "slow_header":
            for byte in data:
                self.connection.sendall(bytes([byte]))
                time.sleep(int(self.argument) / 1000)
            return
        self.connection.sendall(data)

    def send_piece(self, data):
        self.server.bandwidth.take(len(data))
        self.connection.sendall(data)
        self.sent += len(data)

    def send_body(self, source, count, offset=0):
        """Bytes, or an open file from an offset, with the faults that a body can have."""
        kind = self.kind
        limit = count
        if kind in ("truncate", "stall", "reset"):
            limit = min(count, int(self.argument))
        piece = self.server.bandwidth.piece()
        if kind == "drip":
            piece = 1
        done = 0
        plain = not isinstance(source, bytes) and not isinstance(self.connection, ssl.SSLSocket) and kind != "no_length"
        while done < limit:
            n = min(piece, limit - done)
            if plain:
                self.server.bandwidth.take(n)
                n = os.sendfile(self.connection.fileno(), source.fileno(), offset + done, n)
                if n == 0:
                    raise Ended
                self.sent += n
            else:
                data = source[done:done + n] if isinstance(source, bytes) else os.pread(source.fileno(), n, offset + done)
                if not data:
                    raise Ended
                n = len(data)
                self.send_piece(b"%x\r\n%s\r\n" % (n, data) if kind == "no_length" else data)
            done += n
            if kind == "drip":
                time.sleep(1 / max(1, int(self.argument)))
        if kind == "no_length":
            self.send_piece(b"0\r\n\r\n")
        elif kind == "repeat":
            self.kind = "done"
            self.send_body(source, count, offset)
            raise Ended
        elif kind == "truncate":
            raise Ended
        elif kind == "stall":
            self.wait_for_end()
        elif kind == "reset":
            time.sleep(0.05)
            self.reset()
        elif kind in ("longer", "shorter"):
            raise Ended

    def answer_file(self, path, url_path):
        if path is None or not os.path.exists(path):
            return self.not_found()
        if os.path.isdir(path):
            return self.answer_folder(path, url_path)
        with open(path, "rb") as file:
            self.answer_open(file, os.fstat(file.fileno()))

    def not_found(self):
        if self.server.options.s3:
            return self.send_s3_error(404, "NoSuchKey")
        return self.send_all(404, {}, b"not found\n")

    def identity(self, info):
        more = 1 if self.kind == "changed" else 0
        etag = f'"{info.st_mtime_ns:x}-{info.st_size:x}-{info.st_ino:x}{"-changed" if more else ""}"'
        if self.kind == "weak":
            etag = "W/" + etag
        return etag, formatdate(info.st_mtime + 60 * more, usegmt=True)

    def answer_open(self, file, info):
        etag, modified = self.identity(info)
        if self.kind != "weak" and self.headers.get("If-Match", etag) not in ("*", etag):
            return self.send_s3_error(412, "PreconditionFailed") if self.server.options.s3 else self.send_all(412, {}, b"")
        if self.headers.get("If-Unmodified-Since", modified) != modified:
            return self.send_all(412, {}, b"")
        size = info.st_size
        first, count, code = 0, size, 200
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes=") and not self.server.options.no_ranges and self.kind != "no_ranges":
            begin, _, end = asked[6:].partition("-")
            first = int(begin)
            last = min(int(end) if end else size - 1, size - 1)
            if first >= size or last < first:
                return self.send_all(416, {"Content-Range": f"bytes */{size}"}, b"there is no such range\n")
            if self.kind == "excess":
                last = min(last + int(self.argument), size - 1)
            count, code = last - first + 1, 206
        self.start(code)
        self.put("Content-Type", "application/octet-stream")
        if self.kind != "no_etag":
            self.put("ETag", etag)
            self.put("Last-Modified", modified)
        if not self.server.options.no_ranges:
            self.put("Accept-Ranges", "bytes")
        if code == 206:
            shift = int(self.argument) if self.kind == "shift" else 0
            grown = int(self.argument) if self.kind == "grown" else 0
            self.put("Content-Range", f"bytes {first + shift}-{first + shift + count - 1}/{size + grown}")
        if self.kind == "encoded":
            self.put("Content-Encoding", "gzip")
        said = count + {"longer": 1, "shorter": -1}.get(self.kind, 0) * int(self.argument or 0 if self.kind in ("longer", "shorter") else 0)
        if self.kind == "no_length" and self.command != "HEAD":
            self.put("Transfer-Encoding", "chunked")
        else:
            self.put("Content-Length", str(said))
        self.finish_head()
        if self.command != "HEAD":
            self.send_body(file, count, first)

    # ---- listings ----

    def entries(self, folder):
        """(name, is_folder, info) of what is in a folder, sorted."""
        found = []
        with os.scandir(folder) as scan:
            for entry in scan:
                try:
                    found.append((entry.name, entry.is_dir(), entry.stat()))
                except OSError:
                    continue
        return sorted(found)

    def answer_folder(self, folder, url_path):
        listing = self.server.options.listing
        if not url_path.endswith("/"):
            return self.send_all(301, {"Location": url_path + "/"}, b"")
        if listing == "none":
            return self.send_all(403, {}, b"no listing\n")
        if listing == "json":
            rows = []
            for name, is_folder, info in self.entries(folder):
                row = {"name": name.encode(errors="surrogateescape").decode(errors="replace"),
                       "type": "directory" if is_folder else "file", "mtime": formatdate(info.st_mtime, usegmt=True)}
                if not is_folder:
                    row["size"] = info.st_size
                rows.append(row)
            return self.send_all(200, {}, json.dumps(rows, ensure_ascii=False).encode(), "application/json")
        rows = "".join(f'<a href="{uri_encode(name)}{"/" if is_folder else ""}">{escape(name)}</a>\n'
                       for name, is_folder, _ in self.entries(folder))
        return self.send_all(200, {}, f"<html><body><pre><a href=\"../\">../</a>\n{rows}</pre></body></html>".encode(),
                             "text/html")

    def answer_propfind(self, path):
        folder = self.file_of(path)
        if not self.server.options.dav:
            return self.send_all(405, {"Allow": "GET, HEAD"}, b"")
        if folder is None or not os.path.exists(folder):
            return self.send_all(404, {}, b"")
        base = path if path.endswith("/") else path + "/"

        def row(href, is_folder):
            kind = "<D:collection/>" if is_folder else ""
            return (f"<D:response><D:href>{escape(href)}</D:href><D:propstat><D:prop><D:resourcetype>{kind}"
                    "</D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>")
        rows = [row(base, True)]
        if os.path.isdir(folder):
            rows += [row(base + uri_encode(name) + ("/" if is_folder else ""), is_folder)
                     for name, is_folder, _ in self.entries(folder)]
        body = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">' + "".join(rows) + "</D:multistatus>"
        return self.send_all(207, {}, body.encode(), "application/xml")

    # ---- S3 ----

    def send_s3_error(self, code, name):
        body = (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{name}</Code><Message>The request is refused: {name}'
                "</Message><RequestId>1</RequestId></Error>")
        self.send_all(code, {}, body.encode(), "application/xml")

    def answer_s3(self, path, query):
        host = self.headers.get("Host", "").partition(":")[0]
        bucket, _, rest = host.partition(".s3.")
        if rest:
            path = "/" + bucket + path
        parts = path.lstrip("/").split("/", 1)
        values = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        root = self.file_of("/" + parts[0])
        if root is None or not parts[0] or not os.path.isdir(root):
            return self.send_s3_error(404, "NoSuchBucket")
        if len(parts) == 1 or not parts[1]:
            if values.get("list-type") != "2":
                return self.send_s3_error(400, "InvalidRequest")
            return self.answer_list(root, values)
        file = self.file_of("/" + parts[0] + "/" + parts[1])
        if file is None or not os.path.isfile(file):
            return self.not_found()
        return self.answer_file(file, path)

    def answer_list(self, root, values):
        """Names below a prefix, in the order of their bytes; those with the delimiter after it once, as CommonPrefixes."""
        prefix, delimiter = values.get("prefix", ""), values.get("delimiter", "")
        encode = (lambda key: uri_encode(key, "/")) if values.get("encoding-type") == "url" else escape
        names = set()
        folder = prefix.rpartition("/")[0]
        at = os.path.join(root, folder) if folder else root
        if ".." not in folder.split("/") and os.path.isdir(at):
            for here, folders, files in os.walk(at):
                for name in files:
                    key = os.path.relpath(os.path.join(here, name), root)
                    if key.startswith(prefix):
                        cut = key.find(delimiter, len(prefix)) if delimiter else -1
                        names.add((key[:cut + 1], True) if cut >= 0 else (key, False))
                        if cut >= 0 and here != at:
                            folders.clear()
                            break
        names = sorted(names)
        start = 0
        if "continuation-token" in values:
            after = base64.b64decode(values["continuation-token"]).decode()
            start = next((i for i, name in enumerate(names) if name[0] > after), len(names))
        count = min(int(values.get("max-keys", 1000)), self.server.options.page)
        page = names[start:start + count]
        more = start + count < len(names)
        # With "=", "+" and "/", as real ones have.
        token = base64.b64encode(page[-1][0].encode()).decode() if more else ""
        body = ['<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
                f"<Name>bucket</Name><Prefix>{encode(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount>",
                f"<IsTruncated>{str(more).lower()}</IsTruncated>"]
        if values.get("encoding-type") == "url":
            body.append("<EncodingType>url</EncodingType>")
        if more:
            body.append(f"<NextContinuationToken>{escape(token)}</NextContinuationToken>")
        for key, is_prefix in page:
            if is_prefix:
                body.append(f"<CommonPrefixes><Prefix>{encode(key)}</Prefix></CommonPrefixes>")
            else:
                body.append(f"<Contents><Key>{encode(key)}</Key><Size>1</Size></Contents>")
        self.send_all(200, {}, ("".join(body) + "</ListBucketResult>").encode(), "application/xml")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, options):
        self.options = options
        self.bandwidth = Bandwidth(options.mbit)
        self.faults = Faults(options.faults)
        self.log_lock = threading.Lock()
        self.began = time.monotonic()
        self.connections = 0
        self.log_file = open(options.log, "a", buffering=1, encoding="utf-8") if options.log else None
        self.context = None
        if options.cert:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(options.cert, options.key)
        super().__init__(("127.0.0.1", options.port), Handler)

    def finish_request(self, request, client_address):
        # Here the connection has a thread of its own: a handshake that takes long holds nobody up.
        if self.context:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:
                return
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handle_error(request, client_address)

    def now_ms(self):
        return int((time.monotonic() - self.began) * 1000)

    def count_connection(self):
        with self.log_lock:
            self.connections += 1
            return self.connections

    def write_log(self, line):
        if self.log_file:
            with self.log_lock:
                self.log_file.write(line + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--log")
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--mbit", type=float, default=0)
    parser.add_argument("--listing", choices=["json", "html", "none"], default="json")
    parser.add_argument("--dav", action="store_true")
    parser.add_argument("--no-ranges", action="store_true")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--basic")
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--access-key")
    parser.add_argument("--secret-key")
    parser.add_argument("--token")
    parser.add_argument("--page", type=int, default=1000)
    parser.add_argument("--faults")
    parser.add_argument("--until-eof", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if not options.root:
        parser.error("--root is needed")
    server = Server(options)
    port = server.server_address[1]
    print(port, flush=True)
    if options.port_file:
        with open(options.port_file + ".new", "w", encoding="ascii") as file:
            file.write(f"{port}\n")
        os.rename(options.port_file + ".new", options.port_file)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if options.until_eof:
        sys.stdin.buffer.read()
        return 0
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
