"""Whole-process measurements: commands run in turn, and medians of what the operating system counted for them."""
import os
import statistics
import time


class Sample:
    """One finished run."""

    def __init__(self, wall, user, system):
        self.wall, self.user, self.system = wall, user, system

    @property
    def cpu(self):
        return self.user + self.system


def _spawn(command, stdin, stdout, cwd=None):
    actions = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, stdout, 1)]
    if cwd:  # posix_spawn cannot change the directory
        command = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', cwd] + command
    return os.posix_spawnp(command[0], command, os.environ, file_actions=actions)


def _wait(pid, command, codes):
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in codes:
        raise SystemExit(f"bench: exit code {code}: {' '.join(command)}")
    return usage


def run(command, codes=(0,), output="/dev/null", cwd=None):
    """Runs one command with its output dropped, or kept in a file."""
    null = os.open("/dev/null", os.O_RDONLY)
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    start = time.perf_counter()
    pid = _spawn(command, null, out, cwd)
    usage = _wait(pid, command, codes)
    wall = time.perf_counter() - start
    os.close(null)
    os.close(out)
    return Sample(wall, usage.ru_utime, usage.ru_stime)


def run_piped(command, reader=("cat",), cwd=None):
    """`command | cat >/dev/null`, until both have ended."""
    null_in, null_out = os.open("/dev/null", os.O_RDONLY), os.open("/dev/null", os.O_WRONLY)
    read_end, write_end = os.pipe()  # not inherited beyond the ends given
    start = time.perf_counter()
    reading = _spawn(list(reader), read_end, null_out)
    writing = _spawn(command, null_in, write_end, cwd)
    os.close(read_end)
    os.close(write_end)
    usage = _wait(writing, command, (0,))
    _wait(reading, reader, (0,))
    wall = time.perf_counter() - start
    os.close(null_in)
    os.close(null_out)
    return Sample(wall, usage.ru_utime, usage.ru_stime)


def peak_kib(command, scratch):
    """Peak resident memory in KiB, measured from a small parent: the kernel counts the image before `exec`, too."""
    report = os.path.join(scratch, "peak")
    run(["/usr/bin/time", "-f", "%M", "-o", report] + command, output=os.path.join(scratch, "drop"))
    with open(report) as f:
        return int(f.read().split()[-1])


def interleave(runs, *tasks):
    """Calls the tasks in turn, `runs` times after one warm-up; a list of samples for each."""
    samples = [[] for _ in tasks]
    for number in range(runs + 1):
        for task, kept in zip(tasks, samples):
            sample = task()
            if number > 0:
                kept.append(sample)
    return samples


def median(samples, figure="wall"):
    return statistics.median(getattr(s, figure) for s in samples)


def paired_ratio(samples, others, figure="wall"):
    """Median over the rounds of one run's figure by the other's."""
    return statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in zip(samples, others))
