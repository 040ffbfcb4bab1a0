# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads MLIR in its generic form (--mlir-print-op-generic) into plain objects.

Attributes and types stay text: whoever needs one takes it apart with the
functions at the end of this file.
"""

import re

CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}


class Op:
    """One operation: names of results and operands, raw types, regions."""

    def __init__(self, name):
        self.name = name
        self.results = []
        self.operands = []
        self.attrs = {}
        self.regions = []
        self.operand_types = []
        self.result_types = []

    def walk(self):
        yield self
        for region in self.regions:
            for block in region:
                for op in block.ops:
                    yield from op.walk()


class Block:
    def __init__(self):
        self.args = []
        self.arg_types = []
        self.ops = []


class Parser:
    def __init__(self, text):
        self.text = text
        self.pos = 0
        self.aliases = {}

    def fail(self, what):
        line = self.text.count("\n", 0, self.pos) + 1
        raise ValueError(
            f"line {line}: expected {what}, found {self.text[self.pos:self.pos + 40]!r}"
        )

    def space(self):
        match = re.compile(r"(\s+|//[^\n]*)*").match(self.text, self.pos)
        self.pos = match.end()

    def peek(self, token):
        self.space()
        return self.text.startswith(token, self.pos)

    def accept(self, token):
        if self.peek(token):
            self.pos += len(token)
            return True
        return False

    def expect(self, token):
        if not self.accept(token):
            self.fail(repr(token))

    def match(self, pattern, what):
        self.space()
        found = re.compile(pattern).match(self.text, self.pos)
        if not found:
            self.fail(what)
        self.pos = found.end()
        return found.group(0)

    def balanced(self, stops):
        """Raw text up to one of `stops` outside of all brackets."""
        self.space()
        start, depth = self.pos, []
        while self.pos < len(self.text):
            c = self.text[self.pos]
            if c == '"':
                self.pos = self.text.index('"', self.pos + 1)
                while self.text[self.pos - 1] == "\\":
                    self.pos = self.text.index('"', self.pos + 1)
            elif self.text.startswith("->", self.pos):
                self.pos += 1
            elif not depth and c in stops:
                break
            elif c in CLOSING:
                depth.append(CLOSING[c])
            elif depth and c == depth[-1]:
                depth.pop()
            self.pos += 1
        return self.text[start : self.pos].strip()

    def type_list(self):
        """`(a, b)` or a single type."""
        if not self.accept("("):
            return [self.balanced(",)\n{}")]
        types = []
        while not self.accept(")"):
            types.append(self.balanced(",)"))
            self.accept(",")
        return types

    def dictionary(self, close):
        result = {}
        while not self.accept(close):
            name = self.match(r'"[^"]*"|[\w.$-]+', "an attribute name").strip('"')
            value = "unit"
            if self.accept("="):
                stops = ",}" if close == "}" else ",}>"
                value = self.balanced(stops)
            result[name] = self.resolve(value)
            self.accept(",")
        return result

    def resolve(self, text):
        def lookup(match):
            return self.aliases.get(match.group(0), match.group(0))

        return re.sub(r"#[\w$]+(?![\w.$])", lookup, text)

    def module(self):
        while self.peek("#"):
            name = self.match(r"#[\w$]+", "an alias")
            self.expect("=")
            self.aliases[name] = self.resolve(self.balanced("\n"))
        return self.operation()

    def operation(self):
        results = []
        if self.peek("%"):
            name = self.match(r"%[\w$]+", "a result")
            if self.accept(":"):
                count = int(self.match(r"\d+", "a count"))
                results = [f"{name}#{i}" for i in range(count)]
            else:
                results = [name]
            self.expect("=")
        op = Op(self.match(r'"[^"]*"', "an operation").strip('"'))
        op.results = results
        self.expect("(")
        while not self.accept(")"):
            op.operands.append(self.match(r"%[\w$#]+", "an operand"))
            self.accept(",")
        if self.accept("<{"):
            op.attrs.update(self.dictionary("}"))
            self.expect(">")
        if self.accept("({"):
            op.regions.append(self.region())
            while self.accept(","):
                self.expect("{")
                op.regions.append(self.region())
            self.expect(")")
        if self.accept("{"):
            op.attrs.update(self.dictionary("}"))
        self.expect(":")
        op.operand_types = self.type_list()
        self.expect("->")
        op.result_types = self.type_list()
        return op

    def region(self):
        blocks = []
        while not self.accept("}"):
            block = Block()
            if self.accept("^"):
                self.match(r"[\w$]+", "a block's name")
                if self.accept("("):
                    while not self.accept(")"):
                        block.args.append(self.match(r"%[\w$]+", "an argument"))
                        self.expect(":")
                        block.arg_types.append(self.balanced(",)"))
                        self.accept(",")
                self.expect(":")
            while not self.peek("}") and not self.peek("^"):
                block.ops.append(self.operation())
            blocks.append(block)
        return blocks


def parse(text):
    return Parser(text).module()


# ---------------------------------------------------------------------------
# Taking attributes and types apart
# ---------------------------------------------------------------------------


def integers(text):
    """The integers of `array<i64: 1, 2>`, `[1, 2]` or `dense<[1, 2]> : ...`."""
    inside = re.sub(r"^array<i\d+", "", text.split("> :")[0])
    return [int(n) for n in re.findall(r"-?\b\d+\b", inside)]


def split_list(text):
    """Top-level elements of `[a, b]`."""
    parser = Parser(text.strip()[1:-1])
    parts = []
    while parser.pos < len(parser.text):
        parts.append(parser.balanced(","))
        parser.pos += 1
    return [p for p in parts if p]


def affine_maps(text):
    """Functions (dims, symbols) -> list of results, of each map in `text`."""
    maps = []
    for found in re.finditer(
        r"affine_map<\(([^)]*)\)(?:\[([^\]]*)\])? -> \((.*?)\)>", text
    ):
        dims = [d.strip() for d in found.group(1).split(",") if d.strip()]
        symbols = [
            s.strip() for s in (found.group(2) or "").split(",") if s.strip()
        ]
        body = found.group(3).replace("floordiv", "//").replace("mod", "%")
        assert "ceildiv" not in body
        code = f"lambda {', '.join(dims + symbols)}: [{body}]"
        maps.append(eval(code))  # affine expressions of the compiler itself
    return maps


def shaped(text):
    """(shape, element type) of a tensor, memref or vector type; scalars: ()."""
    found = re.match(r"(?:tensor|memref|vector)<((?:\d+x)*)([^,>]+)", text)
    if not found:
        return (), text
    return tuple(int(n) for n in found.group(1).split("x") if n), found.group(2)
