"""Operations of aten as text."""


def ints(values):
    values = list(values)
    return "array<i64: %s>" % ", ".join(map(str, values)) if values else "array<i64>"


def emit(b, op, operands, results, attrs=""):
    types = ", ".join(v.type for v in operands)
    outs = ", ".join(v.type for v in results)
    b.line(
        "%s = aten.%s %s%s : (%s) -> %s"
        % (
            ", ".join(v.name for v in results),
            op,
            ", ".join(v.name for v in operands),
            " {%s}" % attrs if attrs else "",
            types,
            "(%s)" % outs if len(results) > 1 else outs,
        ),
        results,
        operands,
    )


def one(b, op, operands, shape, dtype, attrs=""):
    result = b.add(shape, dtype)
    emit(b, op, operands, [result], attrs)
