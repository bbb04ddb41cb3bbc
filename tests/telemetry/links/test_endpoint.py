import pytest

from telemetry.errors import LinkError
from telemetry.links import Endpoint, parse


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("udpin:0.0.0.0:14550", Endpoint("udpin", "0.0.0.0", 14550)),
        ("udpin:[::1]:0", Endpoint("udpin", "::1", 0)),
        ("udpout:10.0.0.7:14550", Endpoint("udpout", "10.0.0.7", 14550)),
        ("tcp:drone.local:5760", Endpoint("tcp", "drone.local", 5760)),
        ("tcpin:127.0.0.1:0", Endpoint("tcpin", "127.0.0.1", 0)),
        ("serial:/dev/ttyUSB0:57600", Endpoint("serial", "/dev/ttyUSB0", 57600)),
        ("tlog:/a/b.tlog", Endpoint("tlog", "/a/b.tlog", 1.0)),
        ("tlog:/a/b:c.tlog:2.5", Endpoint("tlog", "/a/b:c.tlog", 2.5)),
        ("tlog:/a/b:c.tlog", Endpoint("tlog", "/a/b:c.tlog", 1.0)),
    ],
)
def test_text_means(text: str, endpoint: Endpoint) -> None:
    assert parse(text) == endpoint


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "udpin"),
        ("14550", "udpin"),
        ("udp:127.0.0.1:14550", "udpin"),
        ("udpin:14550", "HOST:PORT"),
        ("udpin:127.0.0.1:", "port"),
        ("udpin:127.0.0.1:70000", "65535"),
        ("udpin:127.0.0.1:-1", "port"),
        ("udpout:127.0.0.1:0", "from 1"),
        ("tcp:127.0.0.1:x", "port"),
        ("serial:/dev/ttyUSB0", "DEVICE:BAUD"),
        ("serial:/dev/ttyUSB0:fast", "baud rate"),
        ("tlog:", "PATH"),
        ("tlog:/a.tlog:0", "speed"),
        ("tlog:/a.tlog:nan", "speed"),
    ],
)
def test_text_without_meaning_is_named(text: str, word: str) -> None:
    with pytest.raises(LinkError, match=word) as caught:
        parse(text)
    assert caught.value.endpoint == text
