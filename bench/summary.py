"""How long the summary of a patient takes, and what it costs: 12 searches of 100 ms each.

Wall time is a ratio against reads of the same bodies in the same run. Others' work on the machine
makes threads wait, and CPU seconds longer: the verdict is about the quietest quarter of the pages,
and what all of them took is said beside it, with the load. Exits with 1 where a limit is not kept.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.ehr import PATIENT
from smartapp.app import create_app, look_for_garbage_less_often, make_services
from smartapp.config import LaunchKind, load_settings
from smartapp.launch import Launched, Role, Token, User
from smartapp.services import Services
from smartapp.transport import Bearer

ROOT = Path(__file__).parent.parent
APP = "http://localhost:8000"
ROUNDS = 40
WARM = 5
SEARCHES = 12


@dataclass(frozen=True)
class Page:
    first: float  # seconds until the first byte
    parts: dict[str, float]  # seconds until each part was there
    whole: float
    cpu: float  # of all threads of this process


@dataclass
class Bench:
    app: Flask
    services: Services
    base: str
    lid: str
    secret: str
    addresses: tuple[str, ...] = ()  # what a page reads

    def learn(self) -> None:
        """What one page asks the EHR for: the comparison reads exactly that."""
        self.control()
        self.summary()
        origin = self.base.removesuffix("/fhir")
        asked: list[str] = self.control()["asked"]
        self.addresses = tuple(origin + each for each in asked if "?" in each)
        if len(self.addresses) != SEARCHES:
            raise SystemExit(f"not {SEARCHES} searches: {asked}")

    def summary(self) -> Page:
        """What a browser or a server would do is left out: the request is made before the time
        runs, and what came is looked through after it.
        """
        headers = {
            "Cookie": f"__Host-L-{self.lid}={self.secret}",
            "Accept-Language": "en",
        }
        asks = EnvironBuilder(
            f"/l/{self.lid}/summary", APP, headers=list(headers.items())
        ).get_environ()
        started, busy = time.monotonic(), time.process_time()
        chunks, status, _ = run_wsgi_app(self.app, asks)
        came = [(time.monotonic() - started, chunk) for chunk in chunks]
        cpu = time.process_time() - busy
        parts = {
            found.partition(b'"')[0].decode(): at
            for at, chunk in came
            for found in chunk.split(b' slot="')[1:]
        }
        whole = b"".join(chunk for _, chunk in came)
        if not status.startswith("200") or len(parts) != SEARCHES or b"</html>" not in whole:
            raise SystemExit(f"not a whole summary: {status}, {sorted(parts)}")
        return Page(came[0][0], parts, came[-1][0], cpu)

    def slowest_call(self) -> float:
        """The same bodies, read at once and thrown away: the slowest of them."""
        bearer = Bearer("token", self.base)

        def timed(url: str) -> float:
            started = time.monotonic()
            self.services.transport.send("GET", url, bearer=bearer)
            return time.monotonic() - started

        calls = [partial(timed, each) for each in self.addresses]
        took = self.services.transport.together(calls, within=10)
        return max(each for each in took if isinstance(each, float))

    def control(self, query: str = "") -> dict[str, Any]:
        address = f"{self.base.removesuffix('/fhir')}/control?{query}"
        with urllib.request.urlopen(address) as answer:  # noqa: S310  (the stub of this bench)
            told: dict[str, Any] = json.loads(answer.read())
        return told


@contextmanager
def opened() -> Iterator[Bench]:
    folder = Path(mkdtemp(prefix="bench-"))
    stub = subprocess.Popen(
        [sys.executable, "-m", "bench.ehr"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        base = stub.stdout.readline().strip() if stub.stdout else ""
        services = _services(folder, base)
        active, secret = services.launches.open(_launched(base))
        yield Bench(create_app(services.settings, services), services, base, active.lid, secret)
        services.transport.close()
        services.audit.close()
    finally:
        stub.terminate()
        stub.wait()
        shutil.rmtree(folder)


def _services(folder: Path, base: str) -> Services:
    config = json.loads((ROOT / "launch-config.json").read_text())
    config["ehrs"] = config["ehrs"][:1]
    config["ehrs"][0] |= {"iss": base, "client_auth": "public"}
    (folder / "launch-config.json").write_text(json.dumps(config))
    settings = load_settings(
        {
            "SMARTAPP_ENV": "development",
            "SMARTAPP_CONFIG": str(folder / "launch-config.json"),
            "SMARTAPP_BASE_URL": APP,
            "SMARTAPP_SECRET_KEY": "only-for-a-bench-" + "x7Kq" * 12,
            "SMARTAPP_POLICY": str(ROOT / "policy"),
            "SMARTAPP_AUDIT": str(folder / "audit"),
        }
    )
    return replace(make_services(settings), pause=lambda _: None)


def _launched(base: str) -> Launched:
    return Launched(
        lid="bench",
        ehr_key="sandbox-patients",
        iss=base,
        kind=LaunchKind.STANDALONE,
        user=User(base, "bench", f"Patient/{PATIENT}", Role.PATIENT),
        token=Token("token", time.time() + 3600, "patient/*.rs"),
        patient_id=PATIENT,
        locale="en",
    )


def quiet(figures: Sequence[float]) -> float:
    """The middle of the best quarter: what the page needs where nobody else makes it wait."""
    best = sorted(figures)[: max(1, len(figures) // 4)]
    return median(best)


def main() -> int:
    logging.disable(logging.CRITICAL)
    with opened() as bench:
        for _ in range(WARM):
            bench.summary()
        look_for_garbage_less_often()  # as a worker does after its start
        bench.learn()
        before = bench.control()["connections"]
        calls, pages = [], []
        for _ in range(ROUNDS):
            calls.append(bench.slowest_call())
            pages.append(bench.summary())
        new = bench.control()["connections"] - before - 1  # this question itself came by one
        ratios = [page.whole / call for page, call in zip(pages, calls, strict=True)]
        bench.control("slow=Immunization:3")
        slow = [bench.summary() for _ in range(3)]
        bench.control()
        others = [
            max(at for key, at in page.parts.items() if key != "immunizations") for page in slow
        ]
        normal = median(calls)
        cpu = [page.cpu * 1000 for page in pages]
        results = (
            ("whole page / slowest call", quiet(ratios), 1.12, ""),
            ("CPU of a page", quiet(cpu), 15.0, "ms"),
            ("new connections to the EHR", float(new), 0.0, ""),
            (
                "first byte with a search of 3 s",
                median(page.first for page in slow) * 1000,
                60.0,
                "ms",
            ),
            ("other parts / a usual call, then", median(others) / normal, 1.3, ""),
        )
        sys.stdout.write(
            f"{SEARCHES} searches of 100 ms, {ROUNDS} pages; slowest call {normal * 1000:.0f} ms;"
            f" load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
            f"  of all pages, quiet or not: ratio {median(ratios):.2f}, CPU {median(cpu):.1f} ms\n"
        )
        for name, value, limit, unit in results:
            verdict = "kept" if value <= limit else "NOT KEPT"
            sys.stdout.write(
                f"  {name:34} {value:7.2f} {unit:2}  limit {limit:g} {unit}  {verdict}\n"
            )
        return int(any(value > limit for _, value, limit, _ in results))


if __name__ == "__main__":
    sys.exit(main())
