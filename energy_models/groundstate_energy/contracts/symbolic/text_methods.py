"""Methods of texts. What z3 cannot say of one is left open: a function of the text of which only some facts are known."""

from __future__ import annotations

import z3

from groundstate_energy.contracts.core import STR
from groundstate_energy.contracts.symbolic.comprehensions import Comprehensions
from groundstate_energy.contracts.symbols import (
    BoolValue,
    IntValue,
    NoneValue,
    Sequence,
    StrValue,
    Sym,
    Term,
    TupleValue,
    Value,
)

WHITE_SPACE = (
    *((0x9, 0xD), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)),
)
"""First and last code points of the characters that ``str.strip`` takes away."""

_OTHER_TEXTS = frozenset(("lower", "upper", "title", "capitalize", "casefold", "swapcase"))
_TESTS = frozenset(
    (
        *("isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower", "isidentifier", "isdecimal"),
        "isnumeric",
    )
)
_STRIPS = frozenset(("strip", "lstrip", "rstrip"))
_WRITTEN_DIGITS = 600
"""Python writes any int of fewer digits: the limit that it may be given is 640 or more."""


class TextMethods(Comprehensions):
    """What methods of texts give, and values as texts."""

    def _text_method(self, name: str, text: Term, arguments: list[Sym]) -> Sym | None:
        terms = self.terms
        only = [argument.only for argument in arguments]
        texts = [value.term for value in only if isinstance(value, StrValue)]
        if name in ("startswith", "endswith") and len(only) == 1 and isinstance(only[0], TupleValue):
            return self._one_of(name, text, only[0])
        if len(texts) != len(arguments):
            raise self.stop(f"method `{name}` of a text")
        if not texts and name in _OTHER_TEXTS:
            return terms.of(StrValue(self._opaque(name, text, z3.StringSort(terms.ctx))))
        if not texts and name in _TESTS:
            return self.bool_of(self._tested(name, text))
        if not texts and name in _STRIPS:
            return terms.of(StrValue(self._stripped(name, text)))
        if name == "split" and len(texts) <= 1:
            return self._split(texts)
        if len(texts) != 1:
            raise self.stop(f"method `{name}` of a text")
        (other,) = texts
        match name:
            case "startswith":
                return self.bool_of(z3.PrefixOf(other, text))
            case "endswith":
                return self.bool_of(z3.SuffixOf(other, text))
            case "find":
                return self.int_of(z3.IndexOf(text, other, terms.zero))
            case "index":
                self.trap(z3.Not(z3.Contains(text, other)), "ValueError")
                return self.int_of(z3.IndexOf(text, other, terms.zero))
            case "removeprefix":
                rest = z3.SubString(text, z3.Length(other), z3.Length(text) - z3.Length(other))
                return terms.of(StrValue(z3.If(z3.PrefixOf(other, text), rest, text)))
            case "removesuffix":
                rest = z3.SubString(text, terms.zero, z3.Length(text) - z3.Length(other))
                return terms.of(StrValue(z3.If(z3.SuffixOf(other, text), rest, text)))
        raise self.stop(f"method `{name}` of a text")

    def _one_of(self, name: str, text: Term, ends: TupleValue) -> Sym:
        """Whether a text starts or ends with one of several."""
        found = [item.only for item in ends.items]
        terms = [end.term for end in found if isinstance(end, StrValue)]
        if len(terms) != len(found):
            raise self.stop(f"method `{name}` of a text")
        test = z3.PrefixOf if name == "startswith" else z3.SuffixOf
        return self.bool_of(self.terms.either(*(test(end, text) for end in terms)))

    def _opaque(self, name: str, text: Term, sort: Term) -> Term:
        """Something that a text decides, and of which no more is known."""
        return z3.Function(f"str.{name}", z3.StringSort(self.terms.ctx), sort)(text)

    def _tested(self, name: str, text: Term) -> Term:
        """A test of all characters, which no empty text passes."""
        passed = self._opaque(name, text, z3.BoolSort(self.terms.ctx))
        return z3.And(passed, z3.Length(text) > 0)

    def _stripped(self, name: str, text: Term) -> Term:
        """A text without the white space at its ends."""
        terms = self.terms
        sort = z3.StringSort(terms.ctx)
        rest = self._opaque(name, text, sort)
        key = self._key(name, text)
        if key in self._done:
            return rest
        white = z3.Union(*(z3.Range(self.text(chr(low)), self.text(chr(high))) for low, high in WHITE_SPACE))
        empty = z3.StringVal("", terms.ctx)
        before = self._opaque(f"{name}.before", text, sort) if name != "rstrip" else empty
        after = self._opaque(f"{name}.after", text, sort) if name != "lstrip" else empty
        size = z3.Length(rest)
        facts = [text == z3.Concat(before, rest, after)]
        if name != "rstrip":
            facts.append(z3.InRe(before, z3.Star(white)))
            facts.append(z3.Or(size == 0, z3.Not(z3.InRe(z3.SubString(rest, terms.zero, terms.one), white))))
        if name != "lstrip":
            facts.append(z3.InRe(after, z3.Star(white)))
            facts.append(z3.Or(size == 0, z3.Not(z3.InRe(z3.SubString(rest, size - 1, terms.one), white))))
        self.fact(z3.And(*facts))
        self._done.add(key)
        return rest

    def _split(self, separators: list[Term]) -> Sym:
        """Some texts; at least one where there is a separator."""
        terms = self.terms
        least = terms.zero
        for separator in separators:
            self.trap(z3.Length(separator) == 0, "ValueError")
            least = terms.one
        array = self.fresh(z3.ArraySort(z3.IntSort(terms.ctx), z3.StringSort(terms.ctx)), "parts")
        length = self.fresh_int("length")
        self.fact(length >= least)
        return self.new_list(Sequence("list", STR, array, terms.zero, length))

    def _may_be_bool(self, term: Term) -> Term:
        """Whether an int is True or False, which Python takes where an int is wanted and writes as words."""
        key = self._key("bool", term)
        if key not in self._cache:
            self._cache[key] = self.bool_of(self.fresh(z3.BoolSort(self.terms.ctx), "word"))
        found = self._cache[key].only
        assert isinstance(found, BoolValue)
        return found.term

    def written(self, value: Value) -> Sym:
        """``str(value)``."""
        terms = self.terms
        match value:
            case StrValue():
                return terms.of(value)
            case NoneValue():
                return terms.of(StrValue(self.text("None")))
            case BoolValue(term):
                return terms.of(StrValue(z3.If(term, self.text("True"), self.text("False"))))
            case IntValue(term):
                bound = terms.number(10**_WRITTEN_DIGITS)
                small = z3.And(-bound < term, term < bound)
                if not self.known(small):
                    self.trap(z3.Not(small), "ValueError", exact=False)
                negative = z3.Concat(self.text("-"), z3.IntToStr(-term))
                digits = z3.If(term < 0, negative, z3.IntToStr(term))
                word = z3.If(term == 1, self.text("True"), self.text("False"))
                both = z3.And(self._may_be_bool(term), term >= 0, term <= 1)
                return terms.of(StrValue(z3.If(both, word, digits)))
        raise self.stop("str of a value")
