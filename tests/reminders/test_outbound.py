"""Where messages may go."""

import threading
from ipaddress import ip_network

import pytest
import requests

from reminders.channels import outbound
from reminders.channels.outbound import AddressRefused, Wire, check_address, is_public
from tests.reminders.receivers import receiver


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.254",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_address_that_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.215.14",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
        "2a00:1450:4001::200e",
        "2001:4860:4860::8888",
    ],
)
def test_address_that_is_public(address):
    assert is_public(address)


def test_operator_allows_networks(settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("10.20.0.0/16"), ip_network("fd00::/8")]
    assert is_public("10.20.3.4")
    assert is_public("fd00::5")
    assert not is_public("10.21.0.1")
    assert not is_public("::ffff:10.20.3.4")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://example.org/", "It starts with https://."),
        ("file:///etc/passwd", "It starts with https://."),
        ("gopher://127.0.0.1/", "It starts with https://."),
        ("//example.org/", "It starts with https://."),
        ("https://", "It names no host."),
        ("https://[::1", "This is no address."),
        ("https://example.org:99999/", "This is no address."),
        ("https://name:word@example.org/", "Leave name and password out: the signature says who speaks."),
        ("https://example.org/a\r\nX-Evil: 1", "An address has no spaces and no line breaks."),
        ("https://127.0.0.1/", "127.0.0.1 leads to 127.0.0.1, which is not a public address."),
        ("https://localhost/", "which is not a public address."),
        ("https://[::1]/", "::1 leads to ::1, which is not a public address."),
        ("https://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1 leads to ::ffff:10.0.0.1, which is not a public address."),
        ("https://2130706433/", "2130706433 leads to 127.0.0.1, which is not a public address."),
        ("https://0x7f.1/", "0x7f.1 leads to 127.0.0.1, which is not a public address."),
        ("https://169.254.169.254/latest/meta-data/", "which is not a public address."),
        ("https://8.8.8.8:22/", "Nothing is sent to port 22."),
        ("https://8.8.8.8:6379/", "Nothing is sent to port 6379."),
        ("https://" + "a" * 300 + ".example/", "There is no "),
    ],
)
def test_address_is_refused_in_words(address, said):
    with pytest.raises(AddressRefused) as refused:
        check_address(address)
    assert said in refused.value.message


def test_host_that_is_not_there_is_refused_in_words(monkeypatch):
    def unknown(*_what, **_kind):
        raise outbound.socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(outbound.socket, "getaddrinfo", unknown)
    with pytest.raises(AddressRefused, match=r"^There is no nowhere\.example\.org\.$"):
        check_address("https://nowhere.example.org/")


@pytest.mark.parametrize("address", ["https://8.8.8.8/", "https://8.8.8.8:8443/x?y=z", "http://8.8.8.8/"])
def test_public_address_is_accepted(address):
    check_address(address)


def test_unencrypted_address_is_for_demonstrations(settings):
    settings.DEMO = False
    settings.DEBUG = False
    with pytest.raises(AddressRefused, match="without encryption"):
        check_address("http://8.8.8.8/")
    settings.DEBUG = True
    check_address("http://8.8.8.8/")


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    both = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1"):
        check_address("https://both.example.org/")


def test_name_server_that_hangs_costs_no_more_than_its_time(monkeypatch):
    never = threading.Event()
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_, **__: never.wait(5))
    with Wire(seconds=0.2) as wire, pytest.raises(requests.RequestException):
        outbound.request("GET", "http://slow.example.org/")
    assert (wire.has_begun, wire.trouble) == (False, "It could not be reached in time.")
    never.set()


def test_nothing_goes_out_without_a_wire(settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    with receiver() as board:
        with pytest.raises(requests.ConnectionError):
            outbound.request("GET", board.address)
        assert board.received == []


def test_proxy_of_the_machine_is_not_used(settings, monkeypatch):
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    with receiver() as board, receiver() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        with Wire():
            outbound.request("POST", board.address, data=b"x")
    assert (len(board.received), proxy.received) == (1, [])


def test_certificate_that_nobody_vouches_for_is_refused(settings, tmp_path):
    """TLS speaks of the name that was asked for, not of the address that was checked."""
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    with receiver() as board, Wire(seconds=3) as wire, pytest.raises(requests.RequestException):
        outbound.request("POST", board.address.replace("http:", "https:"))
    assert not wire.has_begun
    assert wire.answer is None
    assert board.received == []
