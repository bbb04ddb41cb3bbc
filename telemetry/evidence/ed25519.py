"""Ed25519 signatures checked by RFC 8032, section 5.1, in the plain integers of Python. A part of the verifier."""

import hashlib
from typing import Final


class NotReadable(ValueError):
    """A seal, statement or key that is not in its format."""


def unhex(text: str) -> bytes:
    """Bytes of lower-case hex: in one spelling only, so that no letter can be changed unseen."""
    raw = bytes.fromhex(text)
    if raw.hex() != text:
        raise NotReadable("not lower-case hex")
    return raw


_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def _recover_x(y: int, sign: int) -> int:
    if y >= _P:
        raise NotReadable("no point of the curve")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        raise NotReadable("no point of the curve")
    return _P - x if x & 1 != sign else x


def _point(raw: bytes) -> Point:
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = _recover_x(y, number >> 255)
    return x, y, 1, x * y % _P


def _add(a: Point, b: Point) -> Point:
    one = (a[1] - a[0]) * (b[1] - b[0]) % _P
    two = (a[1] + a[0]) * (b[1] + b[0]) % _P
    three = 2 * a[3] * b[3] * _D % _P
    four = 2 * a[2] * b[2] % _P
    e, f, g, h = two - one, four - three, four + three, two + one
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


_BASE_Y: Final = 4 * pow(5, -1, _P) % _P
_BASE: Final[Point] = _point(_BASE_Y.to_bytes(32, "little"))


def is_signed(public_key: str, message: str, signature: str) -> bool:
    """Whether `signature` (hex) is Ed25519 over the UTF-8 bytes of `message` by the key (hex)."""
    try:
        key, signed = unhex(public_key), unhex(signature)
        if len(key) != 32 or len(signed) != 64:
            return False
        owner, r = _point(key), _point(signed[:32])
    except ValueError:
        return False
    s = int.from_bytes(signed[32:], "little")
    if s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signed[:32] + key + message.encode()).digest(), "little") % _L
    left, right = _times(s, _BASE), _add(r, _times(k, owner))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0
