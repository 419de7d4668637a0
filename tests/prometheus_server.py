"""A real Prometheus on loopback that has series from a text in OpenMetrics's form and scrapes nothing. It is of
Debian's package prometheus; without that, tests that need it are skipped:

  @unittest.skipUnless(prometheus_server.is_installed(), prometheus_server.WHY_SKIPPED)
"""

import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

WHY_SKIPPED = "Prometheus is not installed (package prometheus)"


def is_installed():
    return bool(shutil.which("prometheus") and shutil.which("promtool"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class PrometheusServer:
    def __init__(self, openmetrics):
        """Times of the series are in seconds since 1970. The last line must be "# EOF"."""
        self.temporary = tempfile.TemporaryDirectory(prefix="carbon-prometheus-")
        folder = pathlib.Path(self.temporary.name)
        (folder / "series").write_text(openmetrics)
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "series",
                        folder / "data"], check=True, stdout=subprocess.DEVNULL)
        (folder / "prometheus.yml").write_text("global: {}\n")
        self.url = f"http://127.0.0.1:{free_port()}"
        with open(folder / "prometheus.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml",
                 f"--storage.tsdb.path={folder}/data", "--storage.tsdb.retention.time=10y",
                 f"--web.listen-address={self.url.removeprefix('http://')}"],
                stdout=log, stderr=log)
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(self.url + "/-/ready", timeout=5).close()
                return
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.stop()
                    raise AssertionError((folder / "prometheus.log").read_text()) from None
                time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.temporary.cleanup()

    def query(self, expression, at):
        """What an instant query returns at that time: its "result"."""
        query = urllib.parse.urlencode({"query": expression, "time": at})
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/query?{query}", timeout=30) as reply:
                return json.load(reply)["data"]["result"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from None
