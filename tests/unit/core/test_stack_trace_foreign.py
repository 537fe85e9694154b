"""Stack traces of Python, .NET and JavaScript: the chain of causes and the company's own frame."""

from __future__ import annotations

import pytest

from kmp_desktop.core.stack_trace_foreign import read_foreign_trace

PYTHON = b"""Traceback (most recent call last):
  File "/app/shop/stock.py", line 12, in correct
    return stock[sku]
           ~~~~~^^^^^
KeyError: 'A-1'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/faust/agent.py", line 1, in run
    await handler(message)
  File "/app/shop/worker.py", line 40, in handle
    raise StockError("no such article") from error
shop.stock.StockError: no such article
"""
DOTNET = b"""System.InvalidOperationException: Order 7 not booked
 ---> Shop.Billing.CustomerNotFoundException: Customer 9 not found
   at Shop.Billing.Customers.Find(Int32 id) in /src/Customers.cs:line 3
   at System.Threading.Tasks.Task.Run()
   --- End of inner exception stack trace ---
   at Shop.Orders.Book(Order order)
"""


def read(trace: bytes) -> tuple[list[tuple[str, str]], str, bool]:
    """((class, message) outermost first, own frame, certain)."""
    found = read_foreign_trace(trace)
    assert found is not None
    return [(thrown.name, thrown.message) for thrown in found.chain], found.own_frame, found.certain


def test_the_direct_cause_of_a_python_exception_is_its_root() -> None:
    chain = [("shop.stock.StockError", "no such article"), ("KeyError", "'A-1'")]
    assert (chain, "stock.correct", True) == read(PYTHON)


def test_what_happened_before_a_python_exception_is_no_cause() -> None:
    meanwhile = PYTHON.replace(
        b"The above exception was the direct cause of the following exception:",
        b"During handling of the above exception, another exception occurred:",
    )
    assert ([("shop.stock.StockError", "no such article")], "worker.handle", True) == read(meanwhile)


def test_the_inner_exception_of_dotnet_is_the_root() -> None:
    chain = [
        ("System.InvalidOperationException", "Order 7 not booked"),
        ("Shop.Billing.CustomerNotFoundException", "Customer 9 not found"),
    ]
    assert (chain, "Shop.Billing.Customers.Find", True) == read(DOTNET)


def test_an_arrow_in_a_message_leaves_the_root_open() -> None:
    hostile = DOTNET.replace(b"Order 7", b"Order 7 ---> Evil.X1Exception: no")
    assert ([("System.InvalidOperationException", "")], "", False) == read(hostile)


def test_javascript_prints_one_exception_and_its_innermost_frame_first() -> None:
    trace = (
        b"TypeError: Cannot read properties of undefined (reading 'id')\n"
        b"    at /app/node_modules/kafkajs/src/consumer.js:9:1\n"
        b"    at async Orders.cancel (/app/src/orders.js:12:7)\n"
    )
    message = "Cannot read properties of undefined (reading 'id')"
    assert ([("TypeError", message)], "Orders.cancel", True) == read(trace)


@pytest.mark.parametrize("trace", [b"", b"a ---> b", b"com.shop.Failed: x\n\tat com.shop.A.b(A.java:1)\n"])
def test_what_neither_of_them_prints_is_left_to_others(trace: bytes) -> None:
    assert read_foreign_trace(trace) is None
