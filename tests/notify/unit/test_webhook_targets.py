"""Where a webhook may not go: hostile addresses, however they are written, and only what an administrator lists inside."""

from __future__ import annotations

import socket
from itertools import product

import pytest
from notify.webhooks.egress import Egress, Refused
from notify.webhooks.targets import Rules, read_rules

INSIDE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.254", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254",
    "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.254", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "192.168.255.254", "198.18.0.1", "198.19.255.254", "198.51.100.7", "203.0.113.9", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
INSIDE_6 = (
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a00:1::", "2002:a9fe:a9fe::", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fdff:ffff::1", "fe80::1",
    "fe80::1%eth0", "fec0::1", "fed0::1", "ff02::1", "ff05::2", "ff0e::1", "4000::1", "::ffff:0:7f00:1",
)  # fmt: skip
DISGUISED = (
    "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "127.1", "127.0.1", "0177.0.0.1", "0177.1", "017700000001", "0", "0x0",
    "10.1", "0xa.1", "012.1", "3232235521", "0xc0a80001", "2852039166", "0xa9fea9fe", "169.16689662", "0251.0376.0251.0376",
    "localhost", "LOCALHOST", "localhost.",
)  # fmt: skip
PLACES = ("https://{}/", "https://{}:443/hook?a=b")
WRITTEN_WRONGLY = (
    "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "data:text/plain,x",
    "//example.org/", "example.org", "", " ", "https:", "https://", "https:///hook", "https:example.org",
    "https:/example.org", "javascript:alert(1)", "unix:///var/run/docker.sock", "https://user@example.org/",
    "https://user:pass@example.org/", "https://@example.org/", "https://example.org@127.0.0.1/",
    "https://127.0.0.1@example.org/", "https://example.org%40127.0.0.1/", "https://:443/",
    "https://example.org#@127.0.0.1/", "https://example.org/#part", "https://example.org/#",
    "https://example.org\\@127.0.0.1/", "https://example.org\\.evil/", "https:\\\\example.org/", "https://example.org\t/",
    "https://exa mple.org/", "https://example.org/\n", "https://example.org/\r\nHost: inside",
    "https://example.org\x00.evil/", "https://①②⑦.⓪.⓪.①/", "https://例子.测试/", "https://example。org/",
    "https://ｅxample.org/", "https://example.org:0/", "https://example.org:65536/", "https://example.org:-1/",
    "https://example.org:443a/", "https://example.org:/", "https://example.org:22/", "https://example.org:80/",
    "https://example.org:6379/", "https://example.org:5672/", "https://[::1/", "https://::1/", "https://[example.org]/",
    "https://[127.0.0.1]/", "https://[::1]x/", "https://[::ffff:127.0.0.1]x:443/", "https://[v1.fe80::a]/",
    "https://exa%6dple.org/", "https://%6c%6f%63%61%6c%68%6f%73%74/", "https://127.0.0.1%2f.example.org/",
    "https://127.0.0.1%00.example.org/", "https://exam<ple.org/", "https://exam>ple.org/", "https://exam{ple.org/",
    "https://exam|ple.org/", "https://exam^ple.org/", "https://exam`ple.org/", 'https://exam"ple.org/',
    "https://-example.org/", "https://example-.org/", "https://example..org/", "https://.example.org/",
    "https://" + "a" * 64 + ".org/", "https://" + "a." * 130 + "org/", "https://example.org/" + "a" * 1000,
    "HTTP://example.org/", "https://example.org:443:443/", "https://example.org,127.0.0.1/",
    "https://example.org;127.0.0.1/", "https://$(hostname)/", "https://example.org!/", "https://exa'mple.org/",
    "https://*.example.org/", "https://example.org&x/",
)  # fmt: skip
"""Not even to be asked for."""
NAMES = tuple(f"https://name-{number}.test/" for number in range(len(INSIDE) + len(INSIDE_6)))
"""Harmless names that somebody has pointed at what is inside."""
HOSTILE = (
    *(place.format(host) for place, host in product(PLACES, (*INSIDE, *DISGUISED))),
    *(place.format(f"[{host}]") for place, host in product(PLACES, INSIDE_6)),
    *WRITTEN_WRONGLY,
    *NAMES,
)
PUBLIC = ("8.8.8.8", "114.114.114.114", "223.5.5.5", "2400:3200::1", "2606:4700:4700::1111")


def resolve(host: str, port: int) -> list[str]:
    """Numbers as this machine reads them; names as their owner likes, a good address first; nothing is asked of DNS."""
    if host.endswith(".test"):
        return [PUBLIC[0], (*INSIDE, *INSIDE_6)[int(host.split(".")[0].removeprefix("name-"))]]
    if host.lower().rstrip(".") == "localhost":
        return ["127.0.0.1", "::1"]
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)]


OUT = Egress(rules=Rules(), resolve=resolve)


def test_there_are_more_than_two_hundred_of_them() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) > 200


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        OUT.checked(url)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_receiver_is_called_on_its_standard_port_only(address: str) -> None:
    out = Egress(rules=Rules(), resolve=lambda _host, _port: [address])
    parts, found = out.checked("https://hooks.example.org/duban?key=1")
    assert (parts.hostname, found) == ("hooks.example.org", [address])
    assert Rules().lack(address, 8443) is not None


def test_without_tls_only_where_a_setting_says_so() -> None:
    with pytest.raises(Refused, match="https"):
        Egress(rules=read_rules("10.0.0.0/8:80"), resolve=lambda _h, _p: ["10.0.0.1"]).checked("http://inside.example/")
    rules = Rules(openings=read_rules("10.0.0.0/8:80").openings, plain=True)
    assert Egress(rules=rules, resolve=lambda _h, _p: ["10.0.0.1"]).checked("http://inside.example/")[1] == ["10.0.0.1"]


def test_inside_only_what_is_listed_with_this_very_port() -> None:
    rules = read_rules("10.20.0.0/16:443, [fd00:1::/32]:8443, 192.168.7.9/32:8443")
    assert rules.lack("10.20.3.4", 443) is None
    assert rules.lack("::ffff:10.20.3.4", 443) is None
    assert rules.lack("fd00:1::7", 8443) is None
    for address, port in (
        ("10.21.0.1", 443),
        ("10.20.3.4", 8443),
        ("fd00:2::1", 8443),
        ("127.0.0.1", 443),
        ("192.168.7.8", 8443),
    ):
        assert "DUBAN_WEBHOOK_TARGETS" in (rules.lack(address, port) or ""), (address, port)


def test_a_list_without_public_shuts_the_internet_out() -> None:
    assert read_rules("10.20.0.0/16:443").lack("8.8.8.8", 443) is not None
    assert read_rules("public,10.20.0.0/16:443").lack("8.8.8.8", 443) is None
    assert read_rules("none").lack("8.8.8.8", 443) is not None


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "fe80::1%eth0"])
def test_some_addresses_no_list_can_open(address: str) -> None:
    rules = read_rules("0.0.0.0/1:443,128.0.0.0/1:443,[::/1]:443,[8000::/1]:443")
    assert "no setting" in (rules.lack(address, 443) or "")


@pytest.mark.parametrize(
    "text", ["10.0.0.0/8", "10.0.0.0/8:0", "10.0.0.0/8:x", "0.0.0.0/0:443", "[::/0]:443", "10.0.0.1/8:443", "all"]
)
def test_a_list_that_cannot_be_read_stops_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="network"):
        read_rules(text)


def test_an_address_that_is_none_is_refused() -> None:
    assert "IP" in (Rules().lack("example.org", 443) or "")
    with pytest.raises(Refused, match="no address"):
        Egress(rules=Rules(), resolve=lambda _h, _p: []).checked("https://example.org/")
