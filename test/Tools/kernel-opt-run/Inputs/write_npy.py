"""Writes a .npy file of zeros: its path, then its extents."""

import sys

shape = "(%s,)" % ", ".join(sys.argv[2:])
count = 1
for extent in sys.argv[2:]:
    count *= int(extent)
header = ("{'descr': '<f4', 'fortran_order': False, 'shape': %s}" % shape).encode()
header += b" " * (-(len(header) + 11) % 64) + b"\n"
with open(sys.argv[1], "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    file.write(bytes(4 * count))
