// Ed25519 signatures (RFC 8032), verification only. It works on what everybody
// may know, so it need not take the same time for all. A number modulo
// 2^255-19 is 16 digits of 16 bits, the lowest first.

var ED_D = field("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
var ED_D2 = fAdd(ED_D, ED_D);
var ED_ROOT = field("2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0"); // of -1
var ED_ONE = field("1"), ED_ZERO = field("0");
var ED_BASE = edPoint(field("216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a"), field("6666666666666666666666666666666666666666666666666666666666666658"));
var ED_ORDER = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
var edKnown = {}; // signatures already looked at

function field(hex) {
  var out = [];
  hex = pad(hex, 64);
  for (var i = 60; i >= 0; i -= 4) { out.push(parseInt(hex.slice(i, i + 4), 16)); }
  return out;
}

function carry(t) {
  for (var round = 0; round < 2; round++) {
    for (var i = 0; i < 16; i++) {
      var c = Math.floor(t[i] / 65536);
      t[i] -= c * 65536;
      if (i < 15) { t[i + 1] += c; } else { t[0] += 38 * c; }
    }
  }
  return t;
}

function fAdd(a, b) {
  var t = [];
  for (var i = 0; i < 16; i++) { t.push(a[i] + b[i]); }
  return carry(t);
}

function fSub(a, b) {
  var t = [];
  for (var i = 0; i < 16; i++) { t.push(a[i] - b[i]); }
  return carry(t);
}

function fMul(a, b) {
  var t = [], i, j;
  for (i = 0; i < 31; i++) { t.push(0); }
  for (i = 0; i < 16; i++) {
    var x = a[i];
    for (j = 0; j < 16; j++) { t[i + j] += x * b[j]; }
  }
  for (i = 0; i < 15; i++) { t[i] += 38 * t[i + 16]; }
  t.length = 16;
  return carry(t);
}

// fPower raises to a number whose bits below top are all set but those listed.
function fPower(a, top, unset) {
  var out = ED_ONE;
  for (var bit = top; bit >= 0; bit--) {
    out = fMul(out, out);
    if (unset.indexOf(bit) < 0) { out = fMul(out, a); }
  }
  return out;
}

// fBytes is the one encoding of a number: below 2^255-19, lowest byte first.
function fBytes(a) {
  var t = carry(carry(a.slice())), out = "", i;
  for (var round = 0; round < 2; round++) {
    var less = t.slice();
    less[0] -= 0xffed;
    for (i = 0; i < 15; i++) {
      less[i + 1] -= (i === 14 ? 0x7fff : 0xffff) + (less[i] < 0 ? 1 : 0);
      if (less[i] < 0) { less[i] += 65536; }
    }
    if (less[15] >= 0) { t = less; }
  }
  for (i = 0; i < 16; i++) { out += String.fromCharCode(t[i] & 255, t[i] >> 8); }
  return out;
}

function edPoint(x, y) { return { x: x, y: y, z: ED_ONE, t: fMul(x, y) }; }

function edAdd(p, q) {
  var a = fMul(fSub(p.y, p.x), fSub(q.y, q.x)), b = fMul(fAdd(p.y, p.x), fAdd(q.y, q.x));
  var c = fMul(fMul(p.t, q.t), ED_D2), d = fMul(p.z, fAdd(q.z, q.z));
  var e = fSub(b, a), f = fSub(d, c), g = fAdd(d, c), h = fAdd(b, a);
  return { x: fMul(e, f), y: fMul(g, h), z: fMul(f, g), t: fMul(e, h) };
}

// edDecode is minus the point that 32 bytes name, or null.
function edDecodeMinus(bytes) {
  var y = [], sign = bytes.charCodeAt(31) >> 7;
  for (var i = 0; i < 16; i++) { y.push(bytes.charCodeAt(2 * i) | bytes.charCodeAt(2 * i + 1) << 8); }
  y[15] &= 0x7fff;
  var y2 = fMul(y, y), u = fSub(y2, ED_ONE), v = fAdd(fMul(y2, ED_D), ED_ONE), v3 = fMul(fMul(v, v), v);
  var x = fMul(fMul(u, v3), fPower(fMul(u, fMul(fMul(v3, v3), v)), 251, [1]));
  if (fBytes(fMul(v, fMul(x, x))) !== fBytes(u)) { x = fMul(x, ED_ROOT); }
  if (fBytes(fMul(v, fMul(x, x))) !== fBytes(u)) { return null; }
  if ((fBytes(x).charCodeAt(0) & 1) === sign) { x = fSub(ED_ZERO, x); }
  return edPoint(x, y);
}

function reversed(bytes) { return bytes.split("").reverse().join(""); }

// bitsBelowOrder reduces a number (hexadecimal, highest digit first) modulo the
// order of the group and returns its bits, lowest first.
function bitsBelowOrder(hex) {
  var order = field(ED_ORDER), r = field("0"), i, bits = [];
  for (i = 0; i < hex.length * 4; i++) {
    var next = parseInt(hex.charAt(i >> 2), 16) >> 3 - (i & 3) & 1;
    for (var k = 0; k < 16; k++) {
      next += 2 * r[k];
      r[k] = next & 65535;
      next >>= 16;
    }
    var less = r.slice(), borrow = 0;
    for (k = 0; k < 16; k++) {
      less[k] -= order[k] + borrow;
      borrow = less[k] < 0 ? 1 : 0;
      less[k] += 65536 * borrow;
    }
    if (borrow === 0) { r = less; }
  }
  for (i = 0; i < 256; i++) { bits.push(r[i >> 4] >> (i & 15) & 1); }
  return bits;
}

// edVerify checks a signature of 64 bytes under a public key of 32.
function edVerify(key, message, signature) {
  var name = key + signature + message;
  if (!edKnown.hasOwnProperty(name)) { edKnown[name] = edCompute(key, message, signature); }
  return edKnown[name];
}

function edCompute(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) { return false; }
  var minus = edDecodeMinus(key), s = toHex(reversed(signature.slice(32)));
  if (minus === null || s >= ED_ORDER) { return false; }
  var k = bitsBelowOrder(toHex(reversed(sha512(signature.slice(0, 32) + key + message)))), sBits = bitsBelowOrder(s);
  var both = edAdd(ED_BASE, minus), sum = edPoint(ED_ZERO, ED_ONE);
  for (var i = 255; i >= 0; i--) {
    sum = edAdd(sum, sum);
    if (sBits[i] || k[i]) { sum = edAdd(sum, !k[i] ? ED_BASE : sBits[i] ? both : minus); }
  }
  var inverse = fPower(sum.z, 254, [2, 4]), out = fBytes(fMul(sum.y, inverse));
  var sign = fBytes(fMul(sum.x, inverse)).charCodeAt(0) & 1;
  return out.slice(0, 31) + String.fromCharCode(out.charCodeAt(31) | sign << 7) === signature.slice(0, 32);
}
