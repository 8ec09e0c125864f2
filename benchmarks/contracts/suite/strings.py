"""Loops over strings, and what methods and slices give."""


def count_letter(s: str, letter: str) -> int:
    assert len(letter) == 1
    count = 0
    for i in range(len(s)):
        assert 0 <= count <= i
        if s[i] == letter:
            count += 1
    assert 0 <= count <= len(s)
    return count


def position(s: str, letter: str) -> int:
    assert len(letter) == 1
    i = 0
    while i < len(s) and s[i] != letter:
        assert 0 <= i <= len(s)
        assert all(s[j] != letter for j in range(i))
        i += 1
    assert 0 <= i <= len(s) and (i == len(s) or s[i] == letter)
    assert all(s[j] != letter for j in range(i))
    return i


def padded(s: str, width: int) -> str:
    assert width >= 0
    result = s
    while len(result) < width:
        assert len(result) <= max(width, len(s)) and result.startswith(s)
        result = result + " "
    assert len(result) == max(width, len(s)) and result.startswith(s)
    return result


def first_word_end(s: str) -> int:
    assert isinstance(s, str)
    end = 0
    while end < len(s) and s[end] != " ":
        assert 0 <= end <= len(s) and " " not in s[:end]
        end += 1
    assert 0 <= end <= len(s) and (end == len(s) or s[end] == " ")
    return end


def repeat(s: str, n: int) -> str:
    assert n >= 0
    result = ""
    for i in range(n):
        assert len(result) == i * len(s)
        result = result + s
    assert len(result) == n * len(s)
    return result


def without_prefix(s: str, prefix: str) -> str:
    assert s.startswith(prefix)
    rest = s[len(prefix) :]
    assert prefix + rest == s
    return rest


def abbreviated(s: str, width: int) -> str:
    assert width >= 3
    result = s if len(s) <= width else s[: width - 3] + "..."
    assert len(result) <= width and (result == s or result.endswith("..."))
    return result


def quoted(s: str) -> str:
    assert isinstance(s, str)
    result = '"' + s + '"'
    assert len(result) == len(s) + 2 and result[1:-1] == s
    return result


def file_name(path: str) -> str:
    assert isinstance(path, str)
    i = len(path)
    while i > 0 and path[i - 1] != "/":
        assert 0 <= i <= len(path)
        assert all(path[j] != "/" for j in range(i, len(path)))
        i -= 1
    name = path[i:]
    assert path.endswith(name) and all(c != "/" for c in name)
    return name


def starts_alike(a: str, b: str) -> int:
    assert isinstance(a, str)
    n = 0
    while n < len(a) and n < len(b) and a[n] == b[n]:
        assert 0 <= n <= len(a) and n <= len(b)
        assert all(a[j] == b[j] for j in range(n))
        n += 1
    assert n <= len(a) and n <= len(b) and all(a[j] == b[j] for j in range(n))
    return n


def letters_only(s: str) -> bool:
    assert isinstance(s, str)
    only = True
    for i in range(len(s)):
        assert only == all("a" <= s[j] <= "z" for j in range(i))
        if s[i] < "a" or s[i] > "z":
            only = False
    assert only == all("a" <= c <= "z" for c in s)
    return only


def key_and_value(line: str) -> tuple[str, str]:
    assert "=" in line
    at = line.find("=")
    key = line[:at]
    value = line[at + 1 :]
    assert key + "=" + value == line and "=" not in key
    return key, value


def joined(words: list[str]) -> str:
    assert isinstance(words, list)
    result = ""
    for i in range(len(words)):
        assert len(result) >= i
        result = result + words[i] + ","
    assert len(result) >= len(words)
    return result


def total_length(words: list[str]) -> int:
    assert all(len(word) > 0 for word in words)
    total = 0
    for i in range(len(words)):
        assert total >= i
        total += len(words[i])
    assert total >= len(words)
    return total


def masked(s: str, shown: int) -> str:
    assert 0 <= shown <= len(s)
    result = s[:shown] + "*" * (len(s) - shown)
    assert len(result) == len(s) and result[:shown] == s[:shown]
    return result
