"""The demonstration organisation: Tessel Payments, a fictional payments company, told through the real acts."""

ORGANISATION = "Tessel Payments"
PASSWORD = "tessel-demo-2026"  # noqa: S105  printed by `make run`; there is nothing to protect
