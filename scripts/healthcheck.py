"""Ends well when the app answers on its port: the container image's health check."""

import os
import sys
from http.client import HTTPConnection

connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=3)
connection.request("GET", "/healthz")
sys.exit(connection.getresponse().status != 200)
