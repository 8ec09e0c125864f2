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


# must not be refuted: stripped(' a '); stripped(''); stripped(' \t')
def stripped(s: str) -> str:
    t = s.strip()
    assert not t.startswith(" ") and not t.endswith(" ") and len(t) <= len(s)
    return t


# must not be verified: stripped_both(' a ')
def stripped_both(s: str) -> str:
    t = s.lstrip()
    assert not t.endswith(" ")
    return t


# must not be verified: only_spaces('\u3000')
def only_spaces(s: str) -> str:
    t = s.strip()
    assert t == s or s.startswith((" ", "\t", "\n")) or s.endswith((" ", "\t", "\n"))
    return t


# must not be verified: stripped_in_the_middle('a b')
def stripped_in_the_middle(s: str) -> str:
    t = s.strip()
    assert " " not in t
    return t


# must not be verified: strips_to_something(' ')
def strips_to_something(s: str) -> int:
    assert len(s) > 0
    n = len(s.strip())
    assert n > 0
    return n


# must not be verified: no_break_space('\xa0')
def no_break_space(s: str) -> int:
    assert len(s) == 1 and s != " " and not "\t" <= s <= "\r" and not "\x1c" <= s <= "\x1f" and s != "\x85"
    n = len(s.strip())
    assert n == 1
    return n


# must not be refuted: stripped_twice(' a '); stripped_twice('')
def stripped_twice(s: str) -> bool:
    r = s.strip() == s.strip()
    assert r
    return r


# must not be refuted: lower_is_one_text('Aß'); lower_is_one_text('')
def lower_is_one_text(s: str) -> bool:
    r = s.lower() == s.lower()
    assert r
    return r


# must not be verified: lower_is_itself('A')
def lower_is_itself(s: str) -> str:
    t = s.lower()
    assert t == s
    return t


# must not be refuted: digits_are_some('1'); digits_are_some('')
def digits_are_some(s: str) -> bool:
    r = s.isdigit()
    assert not r or len(s) > 0
    return r


# must not be verified: digits_or_letters('-')
def digits_or_letters(s: str) -> bool:
    assert len(s) == 1
    r = s.isdigit() or s.isalpha()
    assert r
    return r


# must not be verified: digit_is_decimal('²')
def digit_is_decimal(s: str) -> bool:
    r = s.isdigit()
    assert r == s.isdecimal()
    return r


# must not be verified: lower_or_upper('1')
def lower_or_upper(s: str) -> bool:
    assert len(s) == 1
    r = s.islower()
    assert r or s.isupper()
    return r


# must not be refuted: parts('a,b'); parts('')
def parts(s: str) -> int:
    n = len(s.split(","))
    assert n >= 1
    return n


# must not be verified: words('')
def words(s: str) -> int:
    n = len(s.split())
    assert n >= 1
    return n


# must not be verified: split_by_nothing('a', '')
def split_by_nothing(s: str, by: str) -> int:
    n = len(s.split(by))
    assert n >= 1
    return n


# must not be verified: written_number(-3)
def written_number(n: int) -> int:
    assert -100 <= n <= 100
    m = len(str(n))
    assert m == (1 if n < 10 else 2) or n >= 100
    return m


# must not be verified: written_long(10**5000)
def written_long(n: int) -> int:
    m = len(str(n))
    assert m > 0
    return m


# must not be refuted: written_sign(-3); written_sign(0); written_sign(7)
def written_sign(n: int) -> str:
    assert -1000 <= n <= 1000
    t = str(n)
    assert t.startswith("-") == (n < 0)
    return t


# must not be verified: written_bool(True)
def written_bool(b: bool) -> str:
    t = str(b)
    assert t == "1" or t == "0"
    return t


# must not be refuted: written_truth(True); written_truth(False)
def written_truth(b: bool) -> str:
    t = f"{b}"
    assert t == ("True" if b else "False")
    return t


# must not be verified: written_none(None)
def written_none(s: str | None) -> str:
    t = f"<{s}>"
    assert s is not None or t == "<>"
    return t


# must not be refuted: framed('a', 3); framed('', 2)
def framed(s: str, n: int) -> str:
    assert 2 <= n < 10
    t = f"{s}-{n}"
    assert len(t) == len(s) + 2
    return t


# must not be verified: framed_word('a', True)
def framed_word(s: str, n: int) -> str:
    assert 0 <= n < 10
    t = f"{s}-{n}"
    assert len(t) == len(s) + 2
    return t


# must not be refuted: written_twice(True); written_twice(1); written_twice(-3)
def written_twice(n: int) -> bool:
    assert -9 <= n <= 9
    r = str(n) == str(n)
    assert r
    return r


# must not be verified: equal_words(True, 1)
def equal_words(a: int, b: int) -> bool:
    assert -9 <= a == b <= 9
    r = str(a) == str(b)
    assert r
    return r


# must not be verified: framed_wider('a', 10)
def framed_wider(s: str, n: int) -> str:
    assert 0 <= n <= 10
    t = f"{s}-{n}"
    assert len(t) == len(s) + 2
    return t


# must not be verified: written_list([1])
def written_list(xs: list[int]) -> str:
    t = f"{xs}"
    assert t == "[]"
    return t


# must not be verified: written_float(1.0)
def written_float(x: float) -> str:
    t = f"{x}"
    assert t != "1.0"
    return t


# must not be refuted: starts_with_one_of('ab'); starts_with_one_of('')
def starts_with_one_of(s: str) -> bool:
    r = s.startswith(("a", "b"))
    assert r == (s.startswith("a") or s.startswith("b"))
    return r


# must not be verified: starts_with_none_of('a')
def starts_with_none_of(s: str) -> bool:
    r = s.startswith(())
    assert r == s.startswith("a")
    return r
