// SM3 (GB/T 32905-2016). Browsers do not have it.

var SM3_START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

function turn(x, n) { return n === 0 ? x : x << n | x >>> 32 - n; }

function sm3(bytes) {
  var m = padded(bytes, 64), v = SM3_START.slice(), w = [];
  for (var at = 0; at < m.length; at += 16) {
    var a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7], j;
    for (j = 0; j < 68; j++) {
      if (j < 16) { w[j] = m[at + j]; continue; }
      var x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15);
      w[j] = x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6];
    }
    for (j = 0; j < 64; j++) {
      var a12 = turn(a, 12), s = turn(a12 + e + turn(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32) | 0, 7);
      var t = (j < 16 ? a ^ b ^ c : a & b | a & c | b & c) + d + (s ^ a12) + (w[j] ^ w[j + 4]) | 0;
      var u = (j < 16 ? e ^ f ^ g : e & f | ~e & g) + h + s + w[j] | 0;
      d = c; c = turn(b, 9); b = a; a = t;
      h = g; g = turn(f, 19); f = e; e = u ^ turn(u, 9) ^ turn(u, 17);
    }
    v = [v[0] ^ a, v[1] ^ b, v[2] ^ c, v[3] ^ d, v[4] ^ e, v[5] ^ f, v[6] ^ g, v[7] ^ h];
  }
  return fromWords(v);
}

// hashOf is the hash of a draw, of bytes, in hexadecimal.
function hashOf(name, bytes) { return toHex(name === "sha256" ? sha256(bytes) : sm3(bytes)); }

// labeled is H(label, body) of section 2: one label, one use.
function labeled(name, label, body) { return hashOf(name, "fdraw/v1/" + label + "\n" + body); }
