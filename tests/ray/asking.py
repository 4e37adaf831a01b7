"""Clients of the service on Serve, and what they look at from outside."""

import json
import socket
import urllib.request
import uuid

import psutil


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def form(files, **fields):
    boundary = uuid.uuid4().hex
    parts = []
    for name, file, data in files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    for name, value in fields.items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def ask(address, body=None):
    data, kind = body or (None, "")
    request = urllib.request.Request(address, data=data, headers={"Content-Type": kind} if kind else {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def replicas(name):
    return [
        one
        for one in psutil.process_iter(["cmdline"])
        if f"ServeReplica:recipe-ocr:{name}" in " ".join(one.info["cmdline"] or [])
    ]
