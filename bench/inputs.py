"""Inputs of the whole-process runs, made under build/."""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHECKED_BYTES = 3300  # of each file that `check` reads


def workload(folder, replicas):
    """The workload with another number of replicas: a path."""
    text = (ROOT / "bench/peers/workload.yaml").read_text()
    path = pathlib.Path(folder) / f"workload-{replicas}.yaml"
    path.write_text(text.replace("replicas: 10000", f"replicas: {replicas}", 1))
    return str(path)


def one_clique(folder, pods):
    """One set with one clique of many pods."""
    text = (ROOT / "bench/peers/workload.yaml").read_text()
    head, cliques = text.split("    podCliqueScalingGroups:")[0], text.split("    - name: worker\n")[1]
    head = head.replace("replicas: 10000", "replicas: 1", 1)
    path = pathlib.Path(folder) / f"one-clique-{pods}.yaml"
    path.write_text(head + "    cliques:\n    - name: worker\n" + cliques.replace("replicas: 4", f"replicas: {pods}", 1))
    return str(path)


SET = """apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {{name: s{0}}}
spec:
  template:
{1}    cliques:
"""
CLIQUE = "    - {{name: c{0}, spec: {{roleName: c{0}, replicas: {1}, {2}podSpec: {{containers: [{{name: c, image: i}}]}}}}}}\n"


def bad_documents(folder, count):
    """One file of `count` sets with one mistake each."""
    path = pathlib.Path(folder) / f"documents-{count}.yaml"
    path.write_text("---\n".join(SET.format(i, "") + CLIQUE.format(0, "x", "") for i in range(count)))
    return str(path)


def wrong_replicas(folder, count):
    """One set of `count` cliques, each with `replicas` that are no number."""
    path = pathlib.Path(folder) / f"findings-{count}.yaml"
    path.write_text(SET.format(0, "") + "".join(CLIQUE.format(i, "x", "") for i in range(count)))
    return str(path)


def chain(folder, count):
    """One set of `count` cliques, each of which starts after the next one."""
    path = pathlib.Path(folder) / f"chain-{count}.yaml"
    after = lambda i: f"startsAfter: [c{i + 1}], " if i + 1 < count else ""
    path.write_text(SET.format(0, "    cliqueStartupType: CliqueStartupTypeExplicit\n")
                    + "".join(CLIQUE.format(i, 1, after(i)) for i in range(count)))
    return str(path)


def files_to_check(folder, count):
    """A folder with `count` sets of one file each, all different, filled up to the same size."""
    path = pathlib.Path(folder) / f"check-{count}"
    if path.exists():
        return str(path)
    text = re.sub(r"^ *#.*\n", "", (ROOT / "examples/mn-disagg/mn-disagg.yaml").read_text(), flags=re.M)
    # The CRD's schema asks for a role name, which the webhook fills in; kubeconform knows the schema only.
    text = text.replace("- name: frontend\n      spec:\n", "- name: frontend\n      spec:\n        roleName: frontend\n", 1)
    head = "metadata:\n  annotations:\n    example.com/description: {}\n"
    fill = CHECKED_BYTES - len(text.encode()) - len(head) - 4
    text = text.replace("metadata:\n", head.format("x" * fill), 1)
    making = path.with_suffix(".part")
    making.mkdir(parents=True)
    for i in range(count):
        (making / f"set-{i:05}.yaml").write_text(text.replace("name: mn-disagg", f"name: d{i:05}", 1))
    making.rename(path)
    return str(path)


def _closed(schema):
    """The schema of a CRD as strict JSON Schema: no other fields, numbers or strings where both are meant."""
    if isinstance(schema, list):
        return [_closed(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    out = {k: _closed(v) for k, v in schema.items()}
    if out.pop("x-kubernetes-int-or-string", False):
        out.pop("type", None)
        out.pop("anyOf", None)
        out["oneOf"] = [{"type": "string"}, {"type": "integer"}]
    if "properties" in out and not out.get("x-kubernetes-preserve-unknown-fields"):
        out.setdefault("additionalProperties", False)
    return out


def json_schema(folder):
    """Where kubeconform finds the schema of a set: a template of paths."""
    import yaml  # python3-yaml

    crd = yaml.safe_load((ROOT / "schemas/crds/grove.io_podcliquesets.yaml").read_text())
    schema = _closed(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    path = pathlib.Path(folder) / "schemas"
    path.mkdir(exist_ok=True)
    (path / "podcliqueset.json").write_text(json.dumps(schema))
    return str(path / "{{ .ResourceKind }}.json")
