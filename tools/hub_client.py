"""Someone in front of JupyterHub: logs in, starts a server, runs cells; what a browser would send, without one."""

import json
import re
import time
import uuid

import requests
import websocket


class Person:
    """A name on the hub, and what can be done there.

    Args:
        url: of the hub, "http://127.0.0.1:8000".
        name: of the account.
    """

    def __init__(self, url, name):
        self.url, self.name = url, name
        self.session = requests.Session()

    def log_in(self, password):
        """Sends the form of the login page. Returns whether that opened the door."""
        self.session.get(f"{self.url}/hub/login").raise_for_status()
        form = {"username": self.name, "password": password, "_xsrf": self.session.cookies.get("_xsrf", path="/hub/")}
        answer = self.session.post(f"{self.url}/hub/login", data=form, allow_redirects=False)
        if answer.status_code >= 500:
            answer.raise_for_status()
        answer = self.session.get(f"{self.url}/hub/home", allow_redirects=False)
        return answer.status_code == 200 and bool(re.search(rf"\b{re.escape(self.name)}\b", answer.text))

    def start_server(self, seconds=180):
        """Starts the server and waits until it answers. Returns the seconds that took."""
        begun = time.monotonic()
        mine = f"{self.url}/hub/api/users/{self.name}"
        allowed = {"X-XSRFToken": self.session.cookies.get("_xsrf", path="/hub/")}
        answer = self.session.post(f"{mine}/tokens", json={"note": "a class", "expires_in": 7200}, headers=allowed)
        answer.raise_for_status()
        self.token = {"Authorization": f"token {answer.json()['token']}"}
        requests.post(f"{mine}/server", headers=self.token).raise_for_status()
        while requests.get(f"{self.url}/user/{self.name}/api/status", headers=self.token).status_code != 200:
            if time.monotonic() > begun + seconds:
                raise TimeoutError(f"The server of {self.name} did not answer within {seconds} s.")
            time.sleep(0.5)
        return time.monotonic() - begun

    def call(self, method, path, **sent):
        """Calls the API of this person's server; returns what it answers."""
        answer = requests.request(method, f"{self.url}/user/{self.name}/{path}", headers=self.token, **sent)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def read(self, path):
        """A notebook of theirs, as JSON."""
        return self.call("GET", f"api/contents/{path}")["content"]

    def write(self, path, notebook):
        """Saves a notebook."""
        self.call("PUT", f"api/contents/{path}", json={"type": "notebook", "format": "json", "content": notebook})

    def kernel(self):
        """A new kernel."""
        return Kernel(self, self.call("POST", "api/kernels", json={"name": "python3"})["id"])


class Kernel:
    """A kernel on someone's server. Use it in a `with` block; it is shut down at the end.

    Args:
        person: `Person`.
        name: the kernel's id.
    """

    def __init__(self, person, name):
        self.person, self.path = person, f"user/{person.name}/api/kernels/{name}"
        address = f"{person.url.replace('http', 'ws', 1)}/{self.path}/channels"
        self.channel = websocket.create_connection(address, timeout=600, header=person.token)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.channel.close()
        requests.delete(f"{self.person.url}/{self.path}", headers=self.person.token).raise_for_status()

    def run(self, source):
        """Runs a cell and waits for its end.

        Returns:
            Pair: what it printed, and the name of the error it ended with or "".
        """
        name, printed, error = uuid.uuid4().hex, [], ""
        header = {"msg_id": name, "msg_type": "execute_request", "session": name, "username": "", "version": "5.3"}
        content = {"code": source, "silent": False, "store_history": False, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self.channel.send(json.dumps(message))
        while True:
            received = self.channel.recv()
            answer = {} if isinstance(received, bytes) else json.loads(received)  # bytes are pictures for widgets
            if answer.get("parent_header", {}).get("msg_id") != name:
                continue
            kind, content = answer["header"]["msg_type"], answer["content"]
            if kind == "stream":
                printed.append(content["text"])
            elif kind == "error":
                error = content["ename"]
                printed += content["traceback"]
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(printed), error
