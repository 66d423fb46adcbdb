"""Where a webhook may go: what an address of a receiver may look like, and which machines a name may stand for (delivery.md e.6).

A name is judged only by what it resolves to, since `127.1`, `0x7f000001` or a name of the receiver's own may all mean this
machine. Nothing here resolves; addresses come in as texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PUBLIC_PORT = 443
LONGEST_URL = 1000
URL = re.compile(r"[!-~]+")
LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
BAD_CHARACTERS = frozenset('\\"<>^`{|}')
"""Read differently by different parsers of URLs."""

NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "fec0::/10",
    )
)
"""Protocol assignments, 6to4 and NAT64 (which lead to any IPv4 address), documentation and site-local: Python 3.11 calls some of
them global."""
UNICAST = ip_network("2000::/3")
"""All that is given out of IPv6 today."""
NEVER = "任何设置都不能放行 / no setting can allow it"


@dataclass(frozen=True, slots=True)
class Opening:
    """An administrator's entry: this port of these machines may be called."""

    network: Network
    port: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be called. Whatever is neither public nor listed is refused."""

    public: bool = True
    """Port 443 of public addresses."""
    openings: tuple[Opening, ...] = ()
    plain: bool = False
    """`http://` is accepted."""

    def lack(self, address: str, port: int) -> str | None:
        """Why this port of this address may not be called; None if it may."""
        try:
            found = _meant(address)
        except ValueError:
            return f"{address} 不是 IP 地址 / is no IP address"
        if found.is_multicast or found.is_unspecified or getattr(found, "scope_id", None):
            return f"{address}: {NEVER}"
        if any(port == each.port and found in each.network for each in self.openings):
            return None
        if not self.public:
            return f"{address}:{port} 不在放行名单内 / is not on the list of DUBAN_WEBHOOK_TARGETS"
        if not is_public(found):
            return f"{address} 不是公网地址，也不在放行名单内 / is neither public nor on the list of DUBAN_WEBHOOK_TARGETS"
        if port != PUBLIC_PORT:
            return f"公网地址只能用 {PUBLIC_PORT} 端口 / public addresses are called on port {PUBLIC_PORT} only, not {port}"
        return None


def is_public(address: Address) -> bool:
    """Whether anybody on the internet may own this address."""
    if isinstance(address, IPv6Address) and address not in UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in NOT_PUBLIC)


def _meant(text: str) -> Address:
    """The address; an IPv4 address in the clothes of IPv6 is what it is."""
    found = ip_address(text)
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def read_rules(text: str) -> Rules:
    """From `public,10.20.0.0/16:443,[fd00::/8]:8443`, or `none`; ValueError says what an entry should be."""
    openings, public = [], False
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word in ("public", "none"):
            public = public or word == "public"
            continue
        network, _, port = word.rpartition(":")
        try:
            found = ip_network(network.strip("[]"))
        except ValueError as error:
            raise ValueError(f"public, none, or network:port such as 10.20.0.0/16:443 or [fd00::/8]:443 ({error})") from error
        if not found.prefixlen or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("network:port with a port from 1 to 65535 and a network smaller than all addresses")
        openings.append(Opening(found, int(port)))
    return Rules(public, tuple(openings))


def url_fault(url: str, rules: Rules) -> str | None:
    """What is wrong with the address of a receiver as it is written; None if its name may be asked for."""
    if not URL.fullmatch(url) or BAD_CHARACTERS & set(url) or len(url) > LONGEST_URL:
        return "须为不超过一千个字符的 ASCII 网址（其他域名用 xn--） / a URL of at most 1,000 ASCII characters (else xn--)"
    try:
        parts = urlsplit(url)
        port, host = port_of(parts), parts.hostname or ""
    except ValueError as error:
        return f"网址无法读取 / the URL cannot be read: {error}"
    if parts.scheme != "https" and not (rules.plain and parts.scheme == "http"):
        return "须以 https:// 开头 / must begin with https://"
    if "@" in parts.netloc or "#" in url:
        return "不得含用户名、口令或片段 / must not contain a user, a password or a fragment"
    if "%" in parts.netloc or not (_is_name(host) or _is_literal(parts.netloc, host)):
        return "主机名无效 / the host is no valid name"
    if port != PUBLIC_PORT and all(port != each.port for each in rules.openings):
        return f"端口 {port} 未放行 / port {port} is on no list; DUBAN_WEBHOOK_TARGETS allows others than 443"
    return _literal_fault(host, port, rules)


def port_of(parts: SplitResult) -> int:
    """The port that a URL means; ValueError if it is none."""
    if parts.netloc.endswith(":") or parts.port == 0:
        raise ValueError("no port")
    return parts.port or {"http": 80}.get(parts.scheme, PUBLIC_PORT)


def _is_name(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(LABEL.fullmatch(label) for label in labels)


def _is_literal(netloc: str, host: str) -> bool:
    try:
        return netloc.startswith("[") and isinstance(ip_address(host), IPv6Address)
    except ValueError:
        return False


def _literal_fault(host: str, port: int, rules: Rules) -> str | None:
    """An address instead of a name can be judged at once; a name when it is called."""
    try:
        ip_address(host)
    except ValueError:
        return None
    return rules.lack(host, port)
