"""Objects whose attributes are set in other ways than by an assignment."""

import icontract


class Watched:
    def __init__(self, n: int) -> None:
        self.n = n

    def __setattr__(self, name: str, value: int) -> None:
        object.__setattr__(self, name, value + 1)

    # must not be verified: Watched(1).set_to(3)
    @icontract.ensure(lambda self, n: self.n == n)
    def set_to(self, n: int) -> None:
        self.n = n


class Opened:
    def __init__(self, n: int) -> None:
        self.n = n

    # must not be verified: Opened(1).set_to(3)
    @icontract.ensure(lambda self: self.n == 1)
    def set_to(self, n: int) -> None:
        self.n = 1
        self.__dict__["n"] = n


class Named:
    def __init__(self, n: int) -> None:
        self.n = n

    # must not be verified: Named(1).set_to("n", 3)
    @icontract.ensure(lambda self: self.n == 1)
    def set_to(self, name: str, n: int) -> None:
        self.n = 1
        setattr(self, name, n)
