"""Objects of plain classes: which fields they may have, what their invariants allow, who else sees a change."""

from dataclasses import dataclass, field

import deal
import icontract


class Countdown:
    def __init__(self, start: int) -> None:
        self.left = start if start > 0 else 0

    # must not be refuted: Countdown(0).remaining(); Countdown(3).remaining(); Countdown(-2).remaining()
    @icontract.ensure(lambda result: result >= 0)
    def remaining(self) -> int:
        return self.left

    # must not be verified: (lambda c: [c.step() for _ in range(3)])(Countdown(1))
    @icontract.ensure(lambda self: self.left >= 0)
    def step(self) -> None:
        self.left -= 1


@icontract.invariant(lambda self: self.coins >= 0)
class Purse:
    # must not be verified: Purse(-1)
    def __init__(self, coins: int) -> None:
        self.coins = coins

    # must not be verified: Purse(1).spend(2)
    @icontract.require(lambda amount: amount > 0)
    def spend(self, amount: int) -> None:
        self.coins -= amount

    # must not be refuted: Purse(1).earn(2); Purse(0).earn(1)
    @icontract.require(lambda amount: amount > 0)
    @icontract.snapshot(lambda self: self.coins, name="before")
    @icontract.ensure(lambda self, amount, OLD: self.coins == OLD.before + amount)
    def earn(self, amount: int) -> None:
        self.coins += amount

    # must not be refuted: Purse(3).doubled(); Purse(0).doubled()
    @icontract.ensure(lambda result: result >= 0)
    def doubled(self) -> int:
        return self.coins * 2

    def _lose(self, amount: int) -> None:
        self.coins -= amount

    # must not be verified: (lambda p: (p._lose(5), p._left()))(Purse(1))
    @icontract.ensure(lambda result: result >= 0)
    def _left(self) -> int:
        return self.coins

    # must not be verified: Purse(2).taken_and_back(3)
    @icontract.require(lambda amount: amount > 0)
    @icontract.ensure(lambda self, result: result == self.coins)
    def taken_and_back(self, amount: int) -> int:
        self.coins -= amount
        r = self.coins
        self.coins += amount
        return r


@icontract.invariant(lambda self: self.low <= self.high)
class Span:
    # must not be refuted: Span(1, 2); Span(2, 1); Span(0, 0)
    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high
        self.low = min(low, high)
        self.high = max(low, high)

    # must not be refuted: Span(1, 4).width(); Span(4, 1).width()
    @icontract.ensure(lambda result: result >= 0)
    def width(self) -> int:
        return self.high - self.low

    # must not be verified: Span(1, 4).flip()
    def flip(self) -> None:
        self.low, self.high = self.high, self.low

    # must not be verified: Span(1, 4).moved_low(9)
    def moved_low(self, to: int) -> None:
        self.low = to

    # must not be refuted: Span(1, 4).stretched(9); Span(1, 4).stretched(-9)
    @icontract.ensure(lambda self, to: self.low <= to <= self.high)
    def stretched(self, to: int) -> None:
        if to < self.low:
            self.low = to
        if to > self.high:
            self.high = to


class Bag:
    def __init__(self, items: list[int]) -> None:
        self.items: list[int] = items
        self.same: list[int] = items
        self.size = 0

    # must not be verified: Bag([1]).put(2)
    @icontract.snapshot(lambda self: len(self.same), name="before")
    @icontract.ensure(lambda self, OLD: len(self.same) == OLD.before)
    def put(self, item: int) -> None:
        self.items.append(item)

    # must not be verified: (lambda xs: Bag(xs).grow_from(xs))([1])
    @icontract.snapshot(lambda xs: len(xs), name="before")
    @icontract.ensure(lambda xs, OLD: len(xs) == OLD.before)
    def grow_from(self, xs: list[int]) -> None:
        for x in (1, 2):
            self.items.append(x)

    # must not be verified: Bag([1]).put_and_forget(2)
    @icontract.snapshot(lambda self: self.items, name="before")
    @icontract.ensure(lambda self, OLD: len(self.items) == len(OLD.before) + 1)
    def put_and_forget(self, item: int) -> None:
        self.items.append(item)

    # must not be refuted: Bag([]).put_one(2); Bag([1]).put_one(1)
    @icontract.snapshot(lambda self: len(self.items), name="before")
    @icontract.ensure(lambda self, OLD: len(self.items) == OLD.before + 1)
    @icontract.ensure(lambda self, item: self.items[-1] == item)
    def put_one(self, item: int) -> None:
        self.items.append(item)

    # must not be verified: Bag([]).first()
    @icontract.ensure(lambda self, result: result == self.items[0])
    def first(self) -> int:
        return self.items[0]

    # must not be verified: Bag([1]).counted()
    @icontract.ensure(lambda self, result: result == len(self.items))
    def counted(self) -> int:
        return self.size


class Copied:
    def __init__(self, items: list[int]) -> None:
        self.items: list[int] = list(items)

    # must not be refuted: (lambda xs: Copied(xs).put(xs, 1))([1]); Copied([]).put([], 2)
    @icontract.snapshot(lambda xs: len(xs), name="before")
    @icontract.ensure(lambda xs, OLD: len(xs) == OLD.before)
    def put(self, xs: list[int], item: int) -> None:
        self.items.append(item)


class Spoiled:
    def __init__(self, n: int) -> None:
        self.n = n

    def spoil(self) -> None:
        self.n = None

    # must not be verified: (lambda s: (s.spoil(), s.more()))(Spoiled(1))
    @icontract.ensure(lambda self, result: result == self.n + 1)
    def more(self) -> int:
        return self.n + 1


class SpoiledFromOutside:
    def __init__(self, n: int) -> None:
        self.n = n

    # must not be verified: (lambda s: (spoil(s), s.more()))(SpoiledFromOutside(1))
    @icontract.ensure(lambda self, result: result == self.n + 1)
    def more(self) -> int:
        return self.n + 1


def spoil(other: SpoiledFromOutside) -> None:
    other.n = "text"


class Halved:
    def __init__(self, n: int) -> None:
        self.n = n

    def halve(self) -> None:
        self.n /= 2

    # must not be verified: (lambda h: (h.halve(), h.is_whole()))(Halved(1))
    @icontract.ensure(lambda result: result == 0)
    def is_whole(self) -> float:
        return self.n - self.n // 1


class Guarded:
    def __init__(self, n: int) -> None:
        self.n = n

    @property
    def n(self) -> int:
        return self._n

    @n.setter
    def n(self, value: int) -> None:
        self._n = abs(value)

    # must not be verified: Guarded(1).set_to(-3)
    @icontract.ensure(lambda self, n: self.n == n)
    def set_to(self, n: int) -> None:
        self.n = n


class Base:
    def __getattr__(self, name: str) -> int:
        return 0


class Derived(Base):
    def __init__(self, n: int) -> None:
        self.n = n

    # must not be verified: Derived(1).other()
    @icontract.ensure(lambda self, result: result == self.n)
    def other(self) -> int:
        return self.missing


class Deleted:
    def __init__(self, n: int) -> None:
        self.gone = n

    def drop(self) -> None:
        del self.gone

    # must not be verified: (lambda d: (d.drop(), d.kept()))(Deleted(1))
    @icontract.ensure(lambda result: result == result)
    def kept(self) -> int:
        return self.gone


class Rebound:
    def __init__(self, n: int) -> None:
        self.seen_by = n

    # must not be verified: Rebound(1).other(Rebound(2))
    @icontract.snapshot(lambda self: self.seen_by, name="before")
    @icontract.ensure(lambda result, OLD: result == OLD.before)
    def other(self, another: object) -> int:
        self = another
        return self.seen_by


class Sometimes:
    def __init__(self, n: int) -> None:
        if n > 0:
            self.maybe = n

    # must not be verified: Sometimes(-1).value()
    @icontract.ensure(lambda self, result: result == self.maybe)
    def value(self) -> int:
        return self.maybe


class Early:
    def __init__(self, n: int) -> None:
        if n < 0:
            return
        self.soon = n

    # must not be verified: Early(-1).value()
    @icontract.ensure(lambda self, result: result == self.soon)
    def value(self) -> int:
        return self.soon


class Unset:
    # must not be verified: Unset(1)
    @icontract.ensure(lambda self, n: self.unset == n)
    def __init__(self, n: int) -> None:
        self.unset = self.unset + n


@dataclass
class Point:
    x: int
    y: int = 0
    name: str | None = None
    seen: list[int] = field(default_factory=list)

    # must not be verified: Point(3).far()
    @icontract.ensure(lambda result: result < 4)
    def far(self) -> int:
        return abs(self.x) + abs(self.y) + 1

    # must not be refuted: Point(3, -4).distance(); Point(0).distance()
    @icontract.ensure(lambda self, result: result >= self.x and result >= self.y)
    def distance(self) -> int:
        return abs(self.x) + abs(self.y)

    # must not be verified: Point(1).label()
    @icontract.ensure(lambda self, result: result == len(self.name))
    def label(self) -> int:
        return len(self.name)

    # must not be refuted: Point(1).safe_label(); Point(1, 2, 'ab').safe_label()
    @icontract.ensure(lambda result: result >= 0)
    def safe_label(self) -> int:
        return len(self.name) if self.name is not None else 0

    # must not be verified: Point(2, 1).turned()
    @icontract.snapshot(lambda self: (self.x, self.y), name="before")
    @icontract.ensure(lambda self, OLD: (self.x, self.y) == (OLD.before[1], OLD.before[0]))
    def turned(self) -> None:
        self.x = self.y
        self.y = self.x

    # must not be refuted: Point(2, 1).swapped(); Point(-1).swapped()
    @icontract.snapshot(lambda self: (self.x, self.y), name="before")
    @icontract.ensure(lambda self, OLD: (self.x, self.y) == (OLD.before[1], OLD.before[0]))
    def swapped(self) -> None:
        self.x, self.y = self.y, self.x


@dataclass(frozen=True)
class Fixed:
    n: int

    # must not be verified: Fixed(1).set_to(2)
    @icontract.ensure(lambda self, n: self.n == n)
    def set_to(self, n: int) -> None:
        self.n = n

    # must not be refuted: Fixed(1).plus(2)
    @icontract.ensure(lambda self, n, result: result - n == self.n)
    def plus(self, n: int) -> int:
        return self.n + n


@dataclass
class Checked:
    n: int

    def __post_init__(self) -> None:
        self.n = abs(self.n)

    # must not be refuted: Checked(-1).value(); Checked(2).value()
    @icontract.ensure(lambda result: result >= 0)
    def value(self) -> int:
        return self.n


@dataclass
class Measured:
    value: float

    # must not be verified: Measured(float('nan')).same()
    @icontract.ensure(lambda result: result)
    def same(self) -> bool:
        return self.value == self.value


@icontract.invariant(lambda self: self.hope > 0)
@icontract.invariant(lambda self: self.hope < 0)
class Impossible:
    def __init__(self, n: int) -> None:
        self.hope = n

    # must not be verified: no input
    @icontract.ensure(lambda result: result == 3)
    def three(self) -> int:
        return 4


class Positive:
    """A number.

    inv: self.above > 0
    """

    # must not be verified: Positive(0)
    def __init__(self, n: int) -> None:
        self.above = n

    # must not be verified: Positive(1).lower()
    def lower(self) -> None:
        self.above -= 1

    # must not be refuted: Positive(1).raised(); Positive(7).raised()
    def raised(self) -> int:
        """
        post: __return__ > 1
        """
        self.above += 1
        return self.above


class Quiet:
    def __init__(self, sound: int) -> None:
        self.sound = sound

    # must not be verified: no input
    @deal.pure
    def silence(self) -> None:
        self.sound = 0

    # must not be refuted: Quiet(3).heard(); Quiet(0).heard()
    @deal.pure
    def heard(self) -> int:
        return self.sound


class Limited:
    limit = 3

    def __init__(self, n: int) -> None:
        self.most = n
        self.limit = n

    # must not be verified: Limited(5).over()
    @icontract.ensure(lambda result: not result)
    def over(self) -> bool:
        return self.limit > 3


class Shown:
    def __init__(self, n: int) -> None:
        self.shown = n
        self.shown = -n

    # must not be verified: Shown(1).value()
    @icontract.ensure(lambda result: result >= 0)
    def value(self) -> int:
        return self.shown

    # must not be verified: Shown(1).through_local()
    @icontract.ensure(lambda self: self.shown >= 0)
    def through_local(self) -> None:
        me = self
        self.shown = 5
        me.shown = -1


class Pages:
    def __init__(self, count: int, size: int = 10) -> None:
        if count < 0 or size <= 0:
            raise ValueError("no such book")
        self.count = count
        self.size = size

    # must not be refuted: Pages(0).last(); Pages(11, 5).last()
    @icontract.ensure(lambda result: result >= 0)
    def last(self) -> int:
        return (self.count + self.size - 1) // self.size

    # must not be verified: Pages(11, 5).wrong_last()
    @icontract.ensure(lambda self, result: result * self.size >= self.count)
    def wrong_last(self) -> int:
        return self.count // self.size
