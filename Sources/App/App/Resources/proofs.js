// SHA-2 (FIPS 180-4) and Ed25519 verification (RFC 8032 §5.1.7), written out so that the page needs
// neither a network nor a browser with these algorithms built in.
const utf8 = t => new TextEncoder().encode(t);
const hex = b => Array.from(b, x => x.toString(16).padStart(2, "0")).join("");
const fromHex = t => Uint8Array.from(t.match(/../g) || [], x => parseInt(x, 16));
const fromBase64 = t => { const b = atob(t); if (btoa(b) !== t) throw new Error("base64"); return Uint8Array.from(b, c => c.charCodeAt(0)); };
const concat = (...p) => { const o = new Uint8Array(p.reduce((n, a) => n + a.length, 0)); let i = 0; for (const a of p) { o.set(a, i); i += a.length; } return o; };
const equal = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
function primes(n) { const p = []; for (let c = 2; p.length < n; c++) if (p.every(q => c % q)) p.push(c); return p; }
function root(n, k, bits) { // floor(frac(n^(1/k)) * 2^bits) by integer search
  const target = BigInt(n) << BigInt(bits * k); let lo = 0n, hi = 1n << BigInt(bits + 10);
  while (lo < hi - 1n) { const m = (lo + hi) / 2n; if (m ** BigInt(k) <= target) lo = m; else hi = m; }
  return lo & ((1n << BigInt(bits)) - 1n);
}
const K64 = primes(80).map(p => root(p, 3, 64)), H64 = primes(8).map(p => root(p, 2, 64));
const K32 = K64.slice(0, 64).map(k => Number(k >> 32n)), H32 = H64.map(h => Number(h >> 32n));
function sha256(m) {
  const n = m.length, size = (n + 72) >> 6 << 6, b = new Uint8Array(size); b.set(m); b[n] = 128;
  new DataView(b.buffer).setBigUint64(size - 8, BigInt(n) * 8n);
  const h = H32.slice(), w = new Array(64), r = (x, s) => x >>> s | x << 32 - s, v = new DataView(b.buffer);
  for (let o = 0; o < size; o += 64) {
    for (let i = 0; i < 64; i++) w[i] = i < 16 ? v.getUint32(o + 4 * i) : (w[i - 16] + (r(w[i - 15], 7) ^ r(w[i - 15], 18) ^ w[i - 15] >>> 3) + w[i - 7] + (r(w[i - 2], 17) ^ r(w[i - 2], 19) ^ w[i - 2] >>> 10)) >>> 0;
    let [a, c, d, e, f, g, j, k] = h;
    for (let i = 0; i < 64; i++) {
      const t = (k + (r(f, 6) ^ r(f, 11) ^ r(f, 25)) + (f & g ^ ~f & j) + K32[i] + w[i]) >>> 0;
      const u = ((r(a, 2) ^ r(a, 13) ^ r(a, 22)) + (a & c ^ a & d ^ c & d)) >>> 0;
      k = j; j = g; g = f; f = (e + t) >>> 0; e = d; d = c; c = a; a = (t + u) >>> 0;
    }
    [a, c, d, e, f, g, j, k].forEach((x, i) => h[i] = (h[i] + x) >>> 0);
  }
  const o = new Uint8Array(32), ov = new DataView(o.buffer); h.forEach((x, i) => ov.setUint32(4 * i, x)); return o;
}
function sha512(m) {
  const M = (1n << 64n) - 1n, n = m.length, size = (n + 144) >> 7 << 7, b = new Uint8Array(size); b.set(m); b[n] = 128;
  const v = new DataView(b.buffer); v.setBigUint64(size - 8, BigInt(n) * 8n);
  const h = H64.slice(), w = new Array(80), r = (x, s) => (x >> BigInt(s) | x << BigInt(64 - s)) & M;
  for (let o = 0; o < size; o += 128) {
    for (let i = 0; i < 80; i++) w[i] = i < 16 ? v.getBigUint64(o + 8 * i) : (w[i - 16] + (r(w[i - 15], 1) ^ r(w[i - 15], 8) ^ w[i - 15] >> 7n) + w[i - 7] + (r(w[i - 2], 19) ^ r(w[i - 2], 61) ^ w[i - 2] >> 6n)) & M;
    let [a, c, d, e, f, g, j, k] = h;
    for (let i = 0; i < 80; i++) {
      const t = (k + (r(f, 14) ^ r(f, 18) ^ r(f, 41)) + (f & g ^ (~f & M) & j) + K64[i] + w[i]) & M;
      const u = ((r(a, 28) ^ r(a, 34) ^ r(a, 39)) + (a & c ^ a & d ^ c & d)) & M;
      k = j; j = g; g = f; f = (e + t) & M; e = d; d = c; c = a; a = (t + u) & M;
    }
    [a, c, d, e, f, g, j, k].forEach((x, i) => h[i] = (h[i] + x) & M);
  }
  const o = new Uint8Array(64), ov = new DataView(o.buffer); h.forEach((x, i) => ov.setBigUint64(8 * i, x)); return o;
}
const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (x, m = P) => (x % m + m) % m;
function pow(b, e) { let o = 1n; for (b = mod(b); e; e >>= 1n) { if (e & 1n) o = o * b % P; b = b * b % P; } return o; }
const inv = x => pow(x, P - 2n), D = mod(-121665n * inv(121666n)), I = pow(2n, (P - 1n) / 4n);
const little = b => BigInt("0x" + hex(Uint8Array.from(b).reverse()));
function recover(y, sign) {
  if (y >= P) return null;
  const x2 = mod((y * y - 1n) * inv(D * y * y + 1n)); if (x2 === 0n) return sign ? null : 0n;
  let x = pow(x2, (P + 3n) / 8n); if (mod(x * x - x2)) x = x * I % P; if (mod(x * x - x2)) return null;
  return Number(x & 1n) === sign ? x : P - x;
}
function point(b) { const c = Uint8Array.from(b), s = c[31] >> 7; c[31] &= 127; const y = little(c), x = recover(y, s); return x === null ? null : [x, y, 1n, x * y % P]; }
function add(p, q) {
  const a = mod((p[1] - p[0]) * (q[1] - q[0])), b = mod((p[1] + p[0]) * (q[1] + q[0])), c = mod(2n * p[3] * q[3] * D), d = mod(2n * p[2] * q[2]);
  const e = b - a, f = d - c, g = d + c, h = b + a; return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
function times(s, p) { let q = [0n, 1n, 1n, 0n]; for (; s; s >>= 1n) { if (s & 1n) q = add(q, p); p = add(p, p); } return q; }
const GY = mod(4n * inv(5n)), GX = recover(GY, 0), G = [GX, GY, 1n, GX * GY % P];
function ed25519(pub, msg, sig) {
  if (pub.length !== 32 || sig.length !== 64) return false;
  const A = point(pub), R = point(sig.slice(0, 32)), s = little(sig.slice(32)); if (!A || !R || s >= L) return false;
  const k = mod(little(sha512(concat(sig.slice(0, 32), pub, msg))), L), p = times(s, G), q = add(R, times(k, A));
  return mod(p[0] * q[2] - q[0] * p[2]) === 0n && mod(p[1] * q[2] - q[1] * p[2]) === 0n;
}
function rootOf(leaf, index, size, proof) { // RFC 9162 §2.1.3.2
  if (index < 0 || index >= size) return null;
  let n = BigInt(index), last = BigInt(size) - 1n, h = leaf;
  for (const s of proof) {
    if (last === 0n || s.length !== 32) return null;
    if (n & 1n || n === last) { h = sha256(concat([1], s, h)); while (!(n & 1n) && n) { n >>= 1n; last >>= 1n; } }
    else h = sha256(concat([1], h, s));
    n >>= 1n; last >>= 1n;
  }
  return last === 0n ? h : null;
}
function verify(r) {
  if (r.format !== "tequ-receipt-1") throw new Error("format");
  const out = [], check = (id, zh, en, holds, detail) => out.push({ id, zh, en, holds: !!holds, detail: String(detail) });
  let entry = null; try { entry = JSON.parse(r.entry); } catch (e) { }
  check("entry", "条目格式", "entry", entry && entry.v === 1, entry ? entry.kind : "unreadable");
  const parts = r.key.split("+"), name = parts[0], key = parts.length >= 3 ? fromBase64(parts.slice(2).join("+")) : new Uint8Array();
  const id = sha256(concat(utf8(name + "\n"), key)).slice(0, 4);
  check("key", "日志公钥", "key of the log", key.length === 33 && key[0] === 1 && hex(id) === parts[1], r.key);
  const gap = r.checkpoint.lastIndexOf("\n\n"), text = r.checkpoint.slice(0, gap + 1);
  const signed = r.checkpoint.slice(gap + 2).split("\n").some(line => {
    const p = line.split(" "); if (p[0] !== "—" || p[1] !== name || p.length !== 3) return false;
    const b = fromBase64(p[2]); return equal(b.slice(0, 4), id) && ed25519(key.slice(1), utf8(text), b.slice(4));
  });
  check("signature", "检查点签名", "signature of the checkpoint", signed, name);
  const lines = text.split("\n"), size = Number(lines[1]);
  check("origin", "日志名称", "name of the log", lines[0] === name, lines[0]);
  const top = rootOf(sha256(concat([0], utf8(r.entry))), r.index, size, r.proof.map(fromBase64));
  check("inclusion", "在日志中的位置", "place in the log", top && equal(top, fromBase64(lines[2] || "")), r.index + " / " + size);
  if ("salt" in r || "private" in r) {
    // Words without their salt, or with a salt in another form, prove nothing.
    const whole = typeof r.private === "string" && typeof r.salt === "string" && /^[0-9a-f]{32}$/.test(r.salt);
    const c = whole ? hex(sha256(concat(fromHex(r.salt), utf8(r.private)))) : "—";
    check("commitment", "所述内容与承诺一致", "what was said is what was committed to", whole && entry && c === entry.commitment, c);
  }
  return out;
}
