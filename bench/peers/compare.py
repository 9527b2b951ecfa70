"""Whether two outputs hold the same objects, however they are written and ordered."""
import json


def read_objects(path):
    """JSON (one object, an array, a List, or one object a line) or a stream of YAML documents."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text[:1] in "[{":
        decoder, at, values = json.JSONDecoder(), 0, []
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            while at < len(text) and text[at].isspace():
                at += 1
    else:
        import yaml  # python3-yaml

        values = list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    objects = []
    for value in values:
        if isinstance(value, list):
            objects += value
        elif value and value.get("kind") == "List":
            objects += value["items"]
        elif value:
            objects.append(value)
    return objects


def normal_form(value):
    """Text of an object without what the comparison leaves out: status, pods' names, the pods that a gang names."""
    value = json.loads(json.dumps(value))
    value.pop("status", None)
    metadata = value["metadata"]
    if metadata.get("creationTimestamp", "") is None:
        del metadata["creationTimestamp"]
    if value["kind"] == "Pod":
        metadata.pop("name", None)
        metadata.pop("generateName", None)
    if value["kind"] == "PodGang":
        for group in value["spec"]["podgroups"]:
            group.pop("podReferences", None)
    return json.dumps(value, sort_keys=True, indent=1)


def difference(path, expected_path):
    """None if equal as sets of objects; else a short description."""
    ours = sorted(normal_form(o) for o in read_objects(path))
    theirs = sorted(normal_form(o) for o in read_objects(expected_path))
    if len(ours) != len(theirs):
        return f"{len(ours)} objects, expected {len(theirs)}"
    for a, b in zip(ours, theirs):
        if a != b:
            pairs = [(x, y) for x, y in zip(a.splitlines(), b.splitlines()) if x != y]
            return f"{pairs[0][0].strip() if pairs else a[-40:]} instead of {pairs[0][1].strip() if pairs else b[-40:]} in:\n{b}"
    return None


if __name__ == "__main__":
    import sys

    found = difference(*sys.argv[1:3])
    print(found or "equal")
    sys.exit(found is not None)
