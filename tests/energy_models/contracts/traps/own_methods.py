"""Methods that call others of their object, and properties."""

import icontract


class Box:
    def __init__(self, wide: int, high: int) -> None:
        self.wide = wide
        self.high = high

    @property
    def area(self) -> int:
        return self.wide * self.high

    @property
    def grown(self) -> int:
        self.wide += 1
        return self.wide

    def _longer(self, by: int = 1) -> int:
        return max(self.wide, self.high) + by

    def widen(self) -> None:
        self.wide += 1

    @icontract.require(lambda by: by > 0)
    def scaled(self, by: int) -> int:
        return self.wide * by

    @staticmethod
    def twice(n: int) -> int:
        return n * 2

    @classmethod
    def unit(cls) -> int:
        return 1

    def down(self, n: int) -> int:
        return 0 if n <= 0 else self.down(n - 1) + self.wide

    # must not be refuted: Box(2, 3).same_area(); Box(0, -1).same_area()
    @icontract.ensure(lambda self, result: result == self.area)
    def same_area(self) -> int:
        return self.high * self.wide

    # must not be verified: Box(-2, 3).area_is_not_negative()
    @icontract.ensure(lambda result: result >= 0)
    def area_is_not_negative(self) -> int:
        return self.area

    # must not be refuted: Box(2, 3).more(); Box(-2, -3).more()
    @icontract.ensure(lambda self, result: result > self.wide and result > self.high)
    def more(self) -> int:
        return self._longer()

    # must not be verified: Box(2, 1).not_more()
    @icontract.ensure(lambda self, result: result > self.wide)
    def not_more(self) -> int:
        return self._longer(0)

    # must not be verified: Box(1, 1).reads_what_grows()
    @icontract.ensure(lambda result: result)
    def reads_what_grows(self) -> bool:
        return self.grown == self.grown

    # must not be verified: Box(1, 1).widened()
    @icontract.snapshot(lambda self: self.wide, name="before")
    @icontract.ensure(lambda self, OLD: self.wide == OLD.before)
    def widened(self) -> None:
        self.widen()

    # must not be verified: Box(1, 1).not_allowed()
    @icontract.ensure(lambda result: result == 0)
    def not_allowed(self) -> int:
        return self.scaled(0) + 1

    # must not be refuted: Box(1, 1).doubled(); Box(-3, 1).doubled()
    @icontract.ensure(lambda self, result: result == self.wide + self.wide)
    def doubled(self) -> int:
        return self.twice(self.wide)

    # must not be verified: Box(1, 1).one()
    @icontract.ensure(lambda result: result == 2)
    def one(self) -> int:
        return self.unit()

    # must not be verified: Box(1, 1).counted_down(2)
    @icontract.ensure(lambda self, result: result == self.wide)
    def counted_down(self, n: int) -> int:
        return self.down(n)

    # must not be verified: Box(1, 1).too_many()
    @icontract.ensure(lambda result: result == result)
    def too_many(self) -> int:
        return self._longer(1, 2)

    # must not be verified: Box(1, 1).not_there()
    @icontract.ensure(lambda result: result == result)
    def not_there(self) -> int:
        return self.area()


class Stack:
    def __init__(self) -> None:
        self.items: list[int] = []

    def push(self, item: int) -> None:
        self.items.append(item)

    def top(self) -> int:
        return self.items[-1]

    # must not be verified: Stack().pushed(3)
    @icontract.snapshot(lambda self: len(self.items), name="before")
    @icontract.ensure(lambda self, OLD: len(self.items) == OLD.before)
    def pushed(self, item: int) -> None:
        self.push(item)

    # must not be refuted: Stack().pushed_on_top(3)
    @icontract.ensure(lambda item, result: result == item)
    def pushed_on_top(self, item: int) -> int:
        self.push(item)
        return self.top()

    # must not be verified: Stack().top_of_all()
    @icontract.ensure(lambda result: result == result)
    def top_of_all(self) -> int:
        return self.top()


class Replaced:
    def __init__(self, size: int) -> None:
        self.size = size
        self.measure = lambda: 0

    def measure(self) -> int:
        return self.size

    # must not be verified: Replaced(3).measured()
    @icontract.ensure(lambda self, result: result == self.size)
    def measured(self) -> int:
        return self.measure()


class ReplacedOnTheClass:
    def __init__(self, weight: int) -> None:
        self.weight = weight

    def weigh(self) -> int:
        return self.weight

    # must not be verified: ReplacedOnTheClass(3).weighed()
    @icontract.ensure(lambda self, result: result == self.weight)
    def weighed(self) -> int:
        return self.weigh()


ReplacedOnTheClass.weigh = lambda self: 0


@icontract.invariant(lambda self: self.level >= 0)
class Broken:
    def __init__(self, level: int) -> None:
        self.level = abs(level)

    def seen(self) -> bool:
        return self.level >= 0

    # must not be verified: Broken(1).seen_while_broken()
    @icontract.ensure(lambda result: result)
    def seen_while_broken(self) -> bool:
        self.level -= 10
        r = self.seen()
        self.level += 10
        return r
