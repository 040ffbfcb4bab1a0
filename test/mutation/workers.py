"""Kernels of the corpus, and processes that judge mutants of them."""

import json
import os
import re
import select
import subprocess
import time


class Kernel:
    """A section of the corpus: a program, and how it is scheduled."""

    def __init__(self, text):
        head, rest = text.split("\n", 1)
        while not re.match(r"// \w+ \w+( \S+=\S+)*$", head):
            head, rest = rest.split("\n", 1)
        self.name, self.strategy, *words = head[len("// "):].split()
        pairs = dict(word.split("=") for word in words)
        self.policy = pairs.pop("policy", "strict")
        # Of the generic mutants; less for a kernel that takes long.
        self.share = float(pairs.pop("share", 1))
        self.knobs = ",".join(f"{k}={v}" for k, v in pairs.items())
        self.text = rest


def read_corpus(path):
    with open(path) as file:
        return [Kernel(section) for section in file.read().split("// -----\n")]


class Worker:
    """A process that judges mutants of one kernel, started anew when it ends or hangs."""

    def __init__(self, tool, kernel, folder, seconds, options=()):
        self.kernel, self.seconds = kernel, seconds
        path = os.path.join(folder, kernel.name + ".mlir")
        with open(path, "w") as file:
            file.write(kernel.text)
        self.command = [tool, path, "--strategy=" + kernel.strategy, "--policy=" + kernel.policy, *options]
        if kernel.knobs:
            self.command.append("--knobs=" + kernel.knobs)
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.buffer = b""
        answer = self.read(120)
        if "mutators" not in answer:
            raise RuntimeError(f"{self.kernel.name}: cannot be scheduled: {' '.join(self.command)}")
        self.description = answer

    def read(self, seconds):
        end = time.time() + seconds
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.time()))
            if not ready:
                return {"verdict": "timeout", "layers": [], "detail": f"more than {seconds} s"}
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                code = self.process.wait()
                return {"verdict": "crash", "layers": [], "detail": f"exit code {code}"}
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def judge(self, mutator, site, seed):
        if self.process is None or self.process.poll() is not None:
            self.start()
        request = {"mutator": mutator, "site": site, "seed": seed}
        begin = time.time()
        self.process.stdin.write((json.dumps(request) + "\n").encode())
        self.process.stdin.flush()
        answer = self.read(self.seconds)
        if answer["verdict"] in ("crash", "timeout"):
            self.stop()
        answer.update(request, kernel=self.kernel.name, seconds=round(time.time() - begin, 3))
        return answer

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None
