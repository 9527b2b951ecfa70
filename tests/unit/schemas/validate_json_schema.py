#!/usr/bin/env python3
"""Validate samples and recorded submissions against the JSON Schema in the file named by the first argument."""
import glob
import json
import pathlib
import re
import sys

import jsonschema
import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What a JSON Schema of this kind leaves to `check`: rules between fields, names, duplicates, the server's own rules.
LEFT_TO_CHECK = re.compile(r"Duplicate value|metadata\.|non-negative|packDomain|topologyConstraint must specify|RFC 1123")
# Scalars that YAML 1.1 readers understand differently: the reader here is not the server's.
YAML_DIFFERS = {"sexagesimal", "clique name y"}
FIXTURES = pathlib.Path("tests/fixtures")
ADMISSION = FIXTURES / "admission"


def sets_in(path):
    return [d for d in yaml.load_all(pathlib.Path(path).read_text(), Loader) if d and d.get("kind") == "PodCliqueSet"]


def is_stricter_on_purpose(error):
    """Embedded Kubernetes types need what the CRD lists, though the defaulting webhook fills it in with zero values."""
    embedded = {"podSpec", "templateSpec", "metrics"}
    return error.validator == "required" and embedded.intersection(error.absolute_path) or (
        error.instance is None and "podSpec" in error.absolute_path)


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    problems, count = [], 0

    def expect(accepted, name, document):
        nonlocal count
        count += 1
        error = next((e for e in validator.iter_errors(document) if not (accepted and is_stricter_on_purpose(e))), None)
        if accepted == (error is not None):
            problems.append(f"{name}: {'refused: ' + error.message[:200] if error else 'not refused'}")

    samples = glob.glob(f"{FIXTURES}/samples/**/*.yaml", recursive=True) + glob.glob(f"{FIXTURES}/oracle/*/input.yaml")
    for path in sorted(samples):
        for document in sets_in(path):
            expect(True, path, document)

    for line in (ADMISSION / "verdicts.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["op"] != "CREATE" or record["fieldValidation"] != "Strict":
            continue
        try:
            documents = sets_in(ADMISSION / record["input"])
        except yaml.YAMLError:
            continue
        for document in documents:
            name = f"{record['id']} ({record['mutation']}) {record.get('message', '')[:160]}"
            if record["accepted"]:
                expect(True, name, document)
            elif record["mutation"] in YAML_DIFFERS or LEFT_TO_CHECK.search(record.get("message", "")):
                continue
            elif record.get("code") in (400, 422):
                expect(False, name, document)

    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"JSON Schema: {count} documents, {len(problems)} problems")
    return 1 if problems or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
