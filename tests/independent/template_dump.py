"""The text dump and the hash of a clique template (section 13 of the reference, types of its appendix A)."""
import math
import pathlib
import re
from fractions import Fraction

FIELD = re.compile(r"(\w+) (\S+?)(?: \{(\w+)\})?")
INTEGERS = ("int32", "int64", "uint64")
RESOURCE_LIST = "map[v1.ResourceName]resource.Quantity"
ZERO_TIME = "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"
DECIMAL_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY_SUFFIXES = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
FNV_OFFSET, FNV_PRIME = 14695981039346656037, 1099511628211


def read_types() -> dict:
    """Struct type -> its fields as (Go name, Go type, JSON key); the key is None where the field is inlined."""
    text = pathlib.Path(__file__).with_name("pod_template_types.txt").read_text()
    unfolded = re.sub(r"\n +", " ", text)
    types: dict = {}
    for line in unfolded.splitlines():
        if line.startswith("#"):
            continue
        name, body = line.split(": ", 1)
        if body.startswith("= "):
            types[name] = types[body[2:]]
            continue
        fields = []
        for field in body.split("; "):
            go_name, go_type, key = FIELD.fullmatch(field).groups()
            fields.append((go_name, go_type, None if key == "inline" else key or go_name[0].lower() + go_name[1:]))
        types[name] = fields
    return types


TYPES = read_types()


class Quantity:
    """Section 13.4: what the parser of quantities keeps of a text."""

    def __init__(self, text):
        self.value, self.scale, self.cached, self.unscaled = 0, 0, "", None
        sign, whole, fraction, suffix = re.fullmatch(r"([+-]?)(\d*)\.?(\d*)(\D.*)?", str(text)).groups()
        digits, suffix = whole.lstrip("0"), suffix or ""
        self.is_zero = not (digits + fraction).strip("0")
        factor = -1 if sign == "-" else 1
        if suffix in BINARY_SUFFIXES:
            self.format, exponent = "BinarySI", BINARY_SUFFIXES[suffix]
            if not fraction and 14 - len(digits or "0") - 3 * exponent // 10 >= 0:
                self.value = factor * int(digits or "0") << exponent
                self.cached = str(text) if int(digits or "0") & 7 else ""
                return
            exact = Fraction(int(digits + fraction or "0"), 10 ** len(fraction)) * 2**exponent
        else:
            self.format = "DecimalSI" if suffix in DECIMAL_SUFFIXES else "DecimalExponent"
            exponent = DECIMAL_SUFFIXES[suffix] if suffix in DECIMAL_SUFFIXES else int(suffix[1:])
            if str(text) == "0":
                self.cached = "0"
                return
            scale = exponent - len(fraction)
            if len(digits + fraction) <= 18 and scale >= -9:
                self.value, self.scale = factor * int(digits + fraction or "0"), scale
                plain = digits and scale % 3 == 0 and not (digits + fraction).endswith("000")
                self.cached = str(text) if plain else ""
                return
            exact = Fraction(int(digits + fraction or "0"), 10 ** len(fraction)) * Fraction(10) ** exponent
        self.unscaled = factor * math.ceil(exact * 10**9)

    def dump(self) -> str:
        big = "<nil>"
        if self.unscaled is not None:
            rest, words = abs(self.unscaled), []
            while rest:
                words.append(str(rest % 2**64))
                rest //= 2**64
            natural = f"[{' '.join(words)}]" if words else "<nil>"
            negative = str(self.unscaled < 0).lower()
            big = f"{{unscaled:(big.Int){{neg:(bool){negative} abs:(big.nat){natural}}} scale:(inf.Scale)9}}"
        return (f"{{i:(resource.int64Amount){{value:(int64){self.value} scale:(resource.Scale){self.scale}}} "
                f"d:(resource.infDecAmount){{Dec:(*inf.Dec){big}}} s:(string){self.cached} "
                f"Format:(resource.Format){self.format}}}")


def absent_quantity() -> str:
    """Section 13.4, rule 6."""
    nothing = Quantity("0")
    nothing.cached = nothing.format = ""
    return nothing.dump()


def dump_int_or_string(value) -> str:
    is_text = isinstance(value, str)
    number, text = (0, value) if is_text else (value or 0, "")
    return f"{{Type:(intstr.Type){int(is_text)} IntVal:(int32){number} StrVal:(string){text}}}"


def dump_typed(go_type: str, value) -> str:
    if go_type.startswith("*"):
        return f"({go_type})" + ("<nil>" if value is None else dump_body(go_type[1:], value))
    return f"({go_type})" + dump_body(go_type, value)


def dump_struct(go_type: str, value: dict) -> str:
    return "{" + " ".join(f"{go_name}:{dump_typed(field_type, value if key is None else value.get(key))}"
                          for go_name, field_type, key in TYPES[go_type]) + "}"


def dump_body(go_type: str, value) -> str:
    """Section 13.3."""
    if go_type == "v1.ResourceList":
        go_type = RESOURCE_LIST
    if go_type == "resource.Quantity":
        return absent_quantity() if value is None else Quantity(value).dump()
    if go_type == "v1.Time":
        return ZERO_TIME
    if go_type == "intstr.IntOrString":
        return dump_int_or_string(value)
    if go_type in TYPES:
        return dump_struct(go_type, value or {})
    if go_type.startswith(("[]", "map[")) and value is None:
        return "<nil>"
    if go_type.startswith("[]"):
        return "[" + " ".join(dump_body(go_type[2:], item) for item in value) + "]"
    if go_type.startswith("map["):
        value_type = go_type.split("]", 1)[1]
        keys = sorted(value, key=lambda key: key.encode())
        return "map[" + " ".join(f"{key}:{dump_body(value_type, value[key])}" for key in keys) + "]"
    if go_type == "bool":
        return str(bool(value)).lower()
    if go_type in INTEGERS:
        return str(value or 0)
    return value or ""


def template_dump(clique: dict, priority_class: str) -> str:
    """Section 13.1: the set's priority class takes the place of the pod's own, also when it is empty."""
    template = {"metadata": {"labels": clique.get("labels"), "annotations": clique.get("annotations")},
                "spec": {**clique["spec"]["podSpec"], "priorityClassName": priority_class}}
    return "(*v1.PodTemplateSpec)" + dump_body("v1.PodTemplateSpec", template)


def hash_of(dumps: list) -> str:
    """Section 13.2."""
    total = FNV_OFFSET
    for byte in "".join(dumps).encode():
        total = (total ^ byte) * FNV_PRIME % 2**64
    return "".join(ALPHABET[ord(digit) % len(ALPHABET)] for digit in str(total))


def template_hash(clique: dict, priority_class: str) -> str:
    return hash_of([template_dump(clique, priority_class)])


def without_empty_collections(go_type: str, value):
    """Section 1: a Go struct that is written as JSON loses empty lists and maps, but no empty structs."""
    go_type = RESOURCE_LIST if go_type == "v1.ResourceList" else go_type.lstrip("*")
    if go_type.startswith("[]"):
        return [without_empty_collections(go_type[2:], item) for item in value]
    if go_type not in TYPES or not isinstance(value, dict):
        return value
    written = {}
    for _, field_type, key in TYPES[go_type]:
        if key is None:
            written.update(without_empty_collections(field_type, value))
        elif value.get(key) or (key in value and not field_type.startswith(("[]", "map[", "v1.ResourceList"))):
            written[key] = without_empty_collections(field_type, value[key])
    return written
