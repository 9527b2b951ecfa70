"""A small WebDriver client on the standard library: enough to click through a page in headless Chromium."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
]  # fmt: skip

KEYS = {"enter": "\ue007", "escape": "\ue00c", "left": "\ue012", "up": "\ue013", "right": "\ue014", "down": "\ue015",
        "home": "\ue011", "end": "\ue010", "tab": "\ue004"}  # fmt: skip
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """One Chromium with a profile of its own, which is removed at the end."""

    def __init__(self, width=1440, height=900, dark=False):
        self.folder = tempfile.mkdtemp(prefix="grovec-browser-")
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0", f"--log-path={self.folder}/driver.log"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "HOME": self.folder, "XDG_CONFIG_HOME": self.folder})  # fmt: skip
        self.session = None
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            flags = FLAGS + [f"--user-data-dir={self.folder}/profile", f"--window-size={width},{height}"]
            if dark:
                flags.append("--force-dark-mode")
            options = {"binary": shutil.which("chromium"), "args": flags, "prefs": {}}
            want = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": want}})
            self.session = answer["sessionId"]
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                return int(line.rsplit("port", 1)[1].strip(" .\n"))
        raise RuntimeError("chromedriver did not start")

    def close(self):
        try:
            if self.session:
                self.call("DELETE", f"/session/{self.session}")
        except Exception:
            pass
        self.driver.terminate()
        self.driver.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def call(self, method, path, body=None):
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.loads(error.read() or b"{}").get("value", {})
            raise RuntimeError(f"{path}: {value.get('error')}: {value.get('message')}") from None

    def at(self, path):
        return f"/session/{self.session}{path}"

    def open(self, path):
        self.call("POST", self.at("/url"), {"url": f"file://{path}"})
        self.wait("return document.documentElement.dataset.ready === 'true'")

    def run(self, script, *args):
        return self.call("POST", self.at("/execute/sync"), {"script": script, "args": list(args)})

    def wait(self, script, seconds=20):
        end = time.monotonic() + seconds
        while not self.run(script):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {script}")
            time.sleep(0.03)

    def find(self, css):
        return self.call("POST", self.at("/element"), {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css):
        self.call("POST", self.at(f"/element/{self.find(css)}/click"))

    def type(self, css, text):
        self.call("POST", self.at(f"/element/{self.find(css)}/value"), {"text": text})

    def press(self, *names):
        """Keys for whatever has the focus."""
        actions = []
        for name in names:
            key = KEYS.get(name, name)
            actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.call("POST", self.at("/actions"), {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def text(self, css):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? null", css)

    def texts(self, css):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", css)

    def count(self, css):
        return self.run("return document.querySelectorAll(arguments[0]).length", css)

    def resize(self, width, height):
        self.call("POST", self.at("/window/rect"), {"width": width, "height": height})

    def screenshot(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self.call("GET", self.at("/screenshot"))))

    def complaints(self):
        """Errors and warnings of the console since the last call."""
        return [e["message"] for e in self.call("POST", self.at("/se/log"), {"type": "browser"}) if e["level"] in ("SEVERE", "WARNING")]
