"""Contracts: what is proved and refuted, by us and by CrossHair, on functions that this repository contains."""
