"""How messages between a city and a platform are signed, written from docs/reference/ip-protection.md."""
import hashlib, hmac, json, secrets, time


def signature(secret, body, key, seconds):
    text = f"v1\n{seconds}\n{key}\n".encode() + body
    return "v1=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def headers(secret, body, key=None, seconds=None):
    """The headers of a message; the key is fresh and the time is now unless they are given."""
    key = key or secrets.token_hex(12)
    seconds = int(time.time()) if seconds is None else seconds
    return {"Content-Type": "application/json", "Idempotency-Key": key, "Tequ-Timestamp": str(seconds),
            "Tequ-Signature": signature(secret, body, key, seconds)}


def encode(value):
    return json.dumps(value, ensure_ascii=False).encode()
