"""Changes one field of a certificate; with --redigest as someone would who knows how.

tamper.py IN OUT FIELD VALUE [--redigest]

FIELD is a path such as kernels.0.ptx; VALUE is JSON, or s/OLD/NEW/ on a text.
"""
import hashlib
import json
import re
import sys

source, target, field, value = sys.argv[1:5]

# Numbers stay as they are written, so that the digest can be computed again.
MARK = "\u0001"
certificate = json.load(open(source), parse_float=lambda text: MARK + text)


def compact(tree):
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return re.sub(r'"\\u0001([^"]*)"', r"\1", text)


place = certificate
*parents, last = [int(p) if p.isdigit() else p for p in field.split(".")]
for parent in parents:
    place = place[parent]
if value.startswith("s/"):
    _, old, new, _ = value.split("/")
    assert old in place[last], f"no '{old}' in {field}"
    place[last] = place[last].replace(old, new, 1)
else:
    new = json.loads(value)
    assert place[last] != new
    place[last] = new
if "--redigest" in sys.argv:
    bare = {k: v for k, v in certificate.items() if k not in ("digest", "notes")}
    certificate["digest"] = "sha256:" + hashlib.sha256(compact(bare).encode()).hexdigest()
open(target, "w").write(compact(certificate))
