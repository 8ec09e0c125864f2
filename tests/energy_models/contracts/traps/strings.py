"""Strings: Unicode, case, numbers in text, splitting, replacing."""


# must not be verified: upper_keeps_length('ß')
def upper_keeps_length(s: str) -> int:
    n = len(s.upper())
    assert n == len(s)
    return n


# must not be verified: case_round_trip('ß')
def case_round_trip(s: str) -> str:
    t = s.upper().lower()
    assert t == s.lower()
    return t


# must not be verified: lower_keeps_length('İ')
def lower_keeps_length(s: str) -> int:
    n = len(s.lower())
    assert n == len(s)
    return n


# must not be verified: digits_are_int('²')
def digits_are_int(s: str) -> int:
    if s.isdigit():
        n = int(s)
    else:
        n = 0
    assert n >= 0
    return n


# must not be verified: digits_are_ascii('٣')
def digits_are_ascii(s: str) -> bool:
    assert len(s) == 1
    r = s.isdigit()
    assert not r or "0" <= s <= "9"
    return r


# must not be verified: alpha_is_ascii('é')
def alpha_is_ascii(s: str) -> bool:
    assert len(s) == 1
    r = s.isalpha()
    assert not r or "a" <= s.lower() <= "z"
    return r


# must not be verified: combining_is_other('é', 'e\u0301')
def combining_is_other(a: str, b: str) -> bool:
    assert a == "\u00e9" and b == "e\u0301"
    r = a == b
    assert r
    return r


# must not be verified: bytes_of_text('é')
def bytes_of_text(s: str) -> int:
    n = len(s.encode())
    assert n == len(s)
    return n


# must not be verified: astral_length('😀')
def astral_length(s: str) -> int:
    assert s == "😀"
    n = len(s)
    assert n == 2
    return n


# must not be verified: surrogate_encodes('\ud800')
def surrogate_encodes(s: str) -> int:
    n = len(s.encode())
    assert n >= 0
    return n


# must not be verified: split_of_empty('')
def split_of_empty(s: str) -> int:
    n = len(s.split(","))
    assert n == 0 or s != ""
    return n


# must not be verified: split_on_blanks('a  b')
def split_on_blanks(s: str) -> int:
    n = len(s.split())
    assert n == len(s.split(" "))
    return n


# must not be verified: split_on_nothing('ab')
def split_on_nothing(s: str) -> int:
    n = len(s.split(""))
    assert n >= 1
    return n


# must not be verified: join_and_split(['a,b'])
def join_and_split(xs: list[str]) -> int:
    n = len(",".join(xs).split(","))
    assert n == len(xs) or not xs
    return n


# must not be verified: strip_takes_a_set('abcab')
def strip_takes_a_set(s: str) -> str:
    t = s.strip("ab")
    assert not s.startswith("ab") or len(s) - len(t) <= 2 or t == ""
    return t


# must not be verified: replace_is_once('aaa')
def replace_is_once(s: str) -> str:
    t = s.replace("aa", "a")
    assert "aa" not in t
    return t


# must not be verified: replace_of_empty('ab')
def replace_of_empty(s: str) -> str:
    t = s.replace("", "-")
    assert t == s
    return t


# must not be verified: count_overlaps('aaa')
def count_overlaps(s: str) -> int:
    assert s == "aaa"
    n = s.count("aa")
    assert n == 2
    return n


# must not be verified: count_of_empty('ab')
def count_of_empty(s: str) -> int:
    n = s.count("")
    assert n == len(s)
    return n


# must not be verified: empty_in_text('')
def empty_in_text(s: str) -> bool:
    r = "" in s
    assert r == (len(s) > 0)
    return r


# must not be verified: in_is_substring('ab')
def in_is_substring(s: str) -> bool:
    assert s == "ab"
    r = "ab" in s
    assert r == any(c == "ab" for c in s)
    return r


# must not be verified: title_of_apostrophe("it's")
def title_of_apostrophe(s: str) -> str:
    assert s == "it's"
    t = s.title()
    assert t == "It's"
    return t


# must not be verified: text_order('Z', 'a')
def text_order(a: str, b: str) -> bool:
    r = a < b
    assert r == (a.lower() < b.lower())
    return r


# must not be verified: times_zero('a', -2)
def times_zero(s: str, n: int) -> int:
    m = len(s * n)
    assert m == len(s) * n
    return m


# must not be verified: plus_int('a', 1)
def plus_int(s: str, n: int) -> str:
    t = s + n
    assert t == t
    return t


# must not be refuted: formatted('a', 1); formatted('', -5)
def formatted(s: str, n: int) -> str:
    t = f"{s}{n}"
    assert t.startswith(s)
    return t


# must not be verified: zfill_of_sign('-1')
def zfill_of_sign(s: str) -> str:
    assert s == "-1"
    t = s.zfill(4)
    assert t == "00-1"
    return t


# must not be verified: palindrome_of_text('ab')
def palindrome_of_text(s: str) -> bool:
    r = s == s[::-1] or len(s) == 2
    assert r == (s == s[::-1])
    return r


# must not be verified: starts_with_empty('')
def starts_with_empty(s: str) -> bool:
    r = s.startswith("")
    assert r == (len(s) > 0)
    return r


# must not be verified: lines_of_text('a\x0cb')
def lines_of_text(s: str) -> int:
    n = len(s.splitlines())
    assert n == len(s.split("\n")) or s == "" or s.endswith("\n")
    return n


# must not be verified: int_of_underscores('1_0')
def int_of_underscores(s: str) -> int:
    assert s == "1_0"
    try:
        n = int(s)
    except ValueError:
        n = -1
    assert n == -1
    return n
