"""Exceptions: in contracts themselves, swallowed, replaced by finally, raised by handlers."""


# must not be verified: contract_raises([])
def contract_raises(xs: list[int]) -> int:
    n = len(xs)
    assert xs[0] == xs[0] and n > 0
    return n


# must not be verified: contract_divides(0)
def contract_divides(x: int) -> int:
    y = x
    assert 10 // y <= 10
    return y


# must not be verified: finally_overrides(1)
def finally_overrides(x: int) -> int:
    try:
        y = 1
        assert y == 1
        return y
    finally:
        r = 2
        assert r == 1
        return r


# must not be verified: finally_changes(1)
def finally_changes(x: int) -> int:
    y = x
    try:
        y = x + 1
    finally:
        y = 0
    assert y == x + 1
    return y


# must not be refuted: finally_swallows(0); finally_swallows(1)
def finally_swallows(x: int) -> int:
    r = 7
    try:
        r = 1 // x
    except ZeroDivisionError:
        r = 7
    finally:
        r = r + 0
    assert r == 7 or x != 0
    return r


# must not be verified: handler_of_other_class([])
def handler_of_other_class(xs: list[int]) -> int:
    try:
        y = xs[0]
    except KeyError:
        y = 0
    assert y == 0 or y in xs
    return y


# must not be refuted: handler_of_base_class([]); handler_of_base_class([3])
def handler_of_base_class(xs: list[int]) -> int:
    try:
        y = xs[0]
    except LookupError:
        y = 0
    assert y == 0 or y in xs
    return y


# must not be verified: bare_except(0)
def bare_except(x: int) -> int:
    try:
        y = 1 // x
    except:
        y = -1
    assert y != -1 or x < 0
    return y


# must not be verified: swallowed_assertion(0)
def swallowed_assertion(x: int) -> int:
    y = 0
    try:
        y = 1
        assert x > 0
        y = 2
    except AssertionError:
        pass
    assert y == 2
    return y


# must not be verified: partial_effect([0])
def partial_effect(xs: list[int]) -> int:
    assert len(xs) == 1
    try:
        xs[0] = 5
        xs[1] = 5
    except IndexError:
        pass
    y = xs[0]
    assert y == 0
    return y


# must not be verified: else_of_try(1)
def else_of_try(x: int) -> int:
    y = 0
    try:
        z = 10 // x
    except ZeroDivisionError:
        y = 1
    else:
        y = 2
    assert y == 1
    return y


# must not be verified: handler_raises(0)
def handler_raises(x: int) -> int:
    try:
        y = 1 // x
    except ZeroDivisionError:
        y = 2 // x
    assert y == y
    return y


# must not be verified: exception_name_is_unbound(0)
def exception_name_is_unbound(x: int) -> int:
    e = 1
    try:
        1 // x
    except ZeroDivisionError as e:
        pass
    y = e
    assert y == 1
    return y


# must not be verified: pop_in_assert([1])
def pop_in_assert(xs: list[int]) -> int:
    assert len(xs) == 1
    n = len(xs)
    n = n + 0
    assert xs.pop() == xs[0]
    return n


# must not be verified: effect_of_assert([1])
def effect_of_assert(xs: list[int]) -> int:
    assert xs.pop() == 1
    n = len(xs)
    assert n == 1
    return n


# must not be verified: returns_in_loop_with_finally(3)
def returns_in_loop_with_finally(n: int) -> int:
    assert n == 3
    c = 0
    for i in range(n):
        try:
            continue
        finally:
            c += 1
    assert c == 0
    return c


# must not be verified: tuple_of_handlers('x')
def tuple_of_handlers(s: str) -> int:
    try:
        n = int(s)
    except (TypeError, KeyError):
        n = 0
    assert n == n
    return n


# must not be verified: wrong_order_of_handlers(0)
def wrong_order_of_handlers(x: int) -> int:
    try:
        y = 1 // x
    except Exception:
        y = 1
    except ZeroDivisionError:
        y = 2
    assert y == 2 or x != 0
    return y


# must not be verified: unbound_after_exception(0)
def unbound_after_exception(x: int) -> int:
    try:
        y = 1 // x
    except ZeroDivisionError:
        pass
    r = y
    assert r == 1 // x
    return r
