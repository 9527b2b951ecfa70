"""The programs that generate the workload's objects from sources of their own, and how to call them."""
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BIN = ROOT / "build/bench/peers"
RJSONNET = "0.5.6"  # the PyPI package of jrsonnet

GO_PROGRAMS = {
    "cue": "cuelang.org/go/cmd/cue",
    "helm": "helm.sh/helm/v4/cmd/helm",
    "jsonnet": "github.com/google/go-jsonnet/cmd/jsonnet",
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform",
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5",
}


def build(names):
    """Builds what is missing, with the Go that the cluster tests use (tests/cluster/run finds it)."""

    def go(folder, package, program):
        subprocess.run(
            [ROOT / "tests/cluster/run", "go", "-C", HERE / folder, "build", "-ldflags", "-s -w", "-o", BIN / program,
             package], check=True)

    BIN.mkdir(parents=True, exist_ok=True)
    go("go", ".", "generate")  # quick when nothing has changed; kustomize starts from its output
    for name in names:
        if name in GO_PROGRAMS and not (BIN / name).exists():
            print(f"bench: building {name} (a minute or more, once)", flush=True)
            go("tools", GO_PROGRAMS[name], name)
    if "jrsonnet" in names and not (BIN / "python/lib").exists():
        subprocess.run(["python3", "-m", "venv", BIN / "python"], check=True)
        subprocess.run([BIN / "python/bin/pip", "install", "--quiet", f"rjsonnet=={RJSONNET}"], check=True)


def go_versions():
    """Version of each module that a program comes from, as pinned."""
    modules = {}
    for line in (HERE / "tools/go.mod").read_text().splitlines():
        words = line.split()
        if len(words) >= 2 and words[1].startswith("v"):
            modules[words[0]] = words[1]
    found = {}
    for name, package in GO_PROGRAMS.items():
        module = max((m for m in modules if (package + "/").startswith(m + "/")), key=len)
        found[name] = modules[module]
    return found


def _go(replicas, _):
    return [str(BIN / "generate"), "-replicas", str(replicas)], None


def _helm(replicas, _):
    return [str(BIN / "helm"), "template", "serve", str(HERE / "helm"), "--set", f"replicas={replicas}"], None


def _jsonnet(replicas, _):
    return [str(BIN / "jsonnet"), "-V", f"replicas={replicas}", str(HERE / "jsonnet/workload.jsonnet")], None


def _jrsonnet(replicas, _):
    script = "import rjsonnet, sys; sys.stdout.write(rjsonnet.evaluate_file(sys.argv[1], ext_vars={'replicas': sys.argv[2]}))"
    return [str(BIN / "python/bin/python"), "-c", script, str(HERE / "jsonnet/workload.jsonnet"), str(replicas)], None


def _cue(replicas, _):
    return [str(BIN / "cue"), "export", "-t", f"replicas={replicas}", "-e", "objects",
            str(HERE / "cue/workload.cue")], None


def _kustomize(replicas, scratch):
    """A folder for each replica, all over one base: the objects of replica 0, which somebody wrote by hand."""
    folder = pathlib.Path(scratch) / f"kustomize-{replicas}"
    if not folder.exists():
        lines = subprocess.run([BIN / "generate", "-replicas", "1"], check=True, capture_output=True, text=True).stdout
        objects = [json.loads(line) for line in lines.splitlines()]
        for value in objects:
            value.pop("status", None)
            if value["kind"] == "Pod":
                value["metadata"]["name"] = value["spec"]["hostname"]
                del value["metadata"]["generateName"]
        one_of_a_kind = ("ServiceAccount", "Role", "RoleBinding", "Secret")
        _kustomization(folder / "set", [o for o in objects if o["kind"] in one_of_a_kind])
        _kustomization(folder / "base", [o for o in objects if o["kind"] not in one_of_a_kind])
        template = (HERE / "kustomize/kustomization.yaml").read_text()
        names = ["set"]
        for i in range(replicas):
            names.append(f"replica-{i}")
            replica = folder / names[-1]
            replica.mkdir()
            (replica / "kustomization.yaml").write_text(template)
            index = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"index": str(i), "service": f"serve-{i}"},
                     "metadata": {"name": f"index-{i}", "annotations": {"config.kubernetes.io/local-config": "true"}}}
            (replica / "index.yaml").write_text(json.dumps(index))
        (folder / "kustomization.yaml").write_text(json.dumps({"resources": names}))
    return [str(BIN / "kustomize"), "build", str(folder)], None


def _kustomization(folder, objects):
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text(json.dumps({"resources": ["objects.yaml"]}))
    (folder / "objects.yaml").write_text("".join("---\n" + json.dumps(o) + "\n" for o in objects))


class Peer:
    """`replicas`: the largest count that one run of it finishes in reasonable time and memory."""

    def __init__(self, name, title, replicas, command):
        self.name, self.title, self.replicas, self.command = name, title, replicas, command


def all_peers():
    v = go_versions()
    return [
        Peer("go", "Go, k8s.io/api v0.35.5 and encoding/json", 10000, _go),
        Peer("helm", f"helm {v['helm']}, `helm template`", 1000, _helm),
        Peer("jrsonnet", f"jrsonnet (PyPI rjsonnet {RJSONNET})", 1000, _jrsonnet),
        Peer("jsonnet", f"go-jsonnet {v['jsonnet']}", 50, _jsonnet),
        Peer("cue", f"cue {v['cue']}, `cue export`", 100, _cue),
        Peer("kustomize", f"kustomize {v['kustomize']}, `kustomize build`", 50, _kustomize),
    ]
