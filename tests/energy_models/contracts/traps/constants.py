"""Names of the module that change elsewhere, and builtins that are not what they seem."""

LIMIT = 10
STEP = 1
TABLE = [1, 2, 3]
NAMES = {"a": 1}
PAIR = (1, 2)
ONCE = 7
FLAG = True
if FLAG:
    CHOSEN = 1
else:
    CHOSEN = 2
COUNT = 0
COUNT += 1


def set_limit(n: int) -> None:
    global LIMIT
    LIMIT = n


def set_step(n: int) -> None:
    globals()["STEP"] = n


# must not be verified: set_limit(20); within_limit(15)
def within_limit(x: int) -> int:
    y = min(x, LIMIT)
    assert y <= 10
    return y


# must not be verified: set_step(0); advances(1)
def advances(x: int) -> int:
    y = x + STEP
    assert y > x
    return y


# must not be verified: TABLE.append(-1); last_of_table(0)
def last_of_table(i: int) -> int:
    y = TABLE[-1]
    assert y == 3
    return y


# must not be verified: TABLE.clear(); sum_of_table(0)
def sum_of_table(i: int) -> int:
    s = sum(TABLE)
    assert s >= 6
    return s


# must not be verified: NAMES['a'] = 5; looked_up(0)
def looked_up(i: int) -> int:
    y = NAMES["a"]
    assert y == 1
    return y


# must not be verified: globals().update(CHOSEN=2); conditional_constant(0)
def conditional_constant(x: int) -> int:
    y = x + CHOSEN
    assert y == x + 1
    return y


# must not be verified: twice_bound(0)
def twice_bound(x: int) -> int:
    y = x + COUNT
    assert y == x
    return y


# must not be verified: undefined_constant(1)
def undefined_constant(x: int) -> int:
    y = x + MISSING_CONSTANT
    assert y == x + MISSING_CONSTANT
    return y


# must not be verified: local_before_binding(1)
def local_before_binding(x: int) -> int:
    y = ONCE + x
    ONCE = 3
    assert y == 7 + x
    return y
