"""double.py X.npy Y.npy OUT.npy: checks Y = 2 X and writes 2 X, without numpy."""

import struct
import sys


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    length = struct.unpack("<H", data[8:10])[0]
    assert (10 + length) % 64 == 0 and b"'descr': '<f4'" in data
    values = data[10 + length :]
    return data[: 10 + length], struct.unpack("<%df" % (len(values) // 4), values)


header, x = read(sys.argv[1])
_, y = read(sys.argv[2])
assert [2 * v for v in x] == list(y)
with open(sys.argv[3], "wb") as out:
    out.write(header + struct.pack("<%df" % len(x), *(2 * v for v in x)))
