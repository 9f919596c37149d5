// SHA-256 and SHA-512 (FIPS 180-4). The constants are tables: computed with
// floating-point numbers they could differ from machine to machine.

var SHA256_K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
];
var SHA256_START = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
];

// padded is the words of a message with its end and its length in bits.
function padded(bytes, block) {
  var words = [], n = bytes.length, total = Math.ceil((n + 1 + block / 8) / block) * block / 4, i;
  for (i = 0; i < total; i++) { words.push(0); }
  for (i = 0; i < n; i++) { words[i >> 2] |= bytes.charCodeAt(i) << 24 - (i & 3) * 8; }
  words[n >> 2] |= 0x80 << 24 - (n & 3) * 8;
  words[total - 2] = Math.floor(n / 0x20000000);
  words[total - 1] = n << 3;
  return words;
}

function fromWords(words) {
  var out = "";
  for (var i = 0; i < words.length; i++) { out += String.fromCharCode(words[i] >>> 24, words[i] >>> 16 & 255, words[i] >>> 8 & 255, words[i] & 255); }
  return out;
}

function sha256(bytes) {
  var m = padded(bytes, 64), v = SHA256_START.slice(), w = [];
  for (var at = 0; at < m.length; at += 16) {
    var a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];
    for (var i = 0; i < 64; i++) {
      if (i < 16) { w[i] = m[at + i]; }
      else {
        var x = w[i - 15], y = w[i - 2];
        w[i] = (w[i - 16] + w[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10)) | 0;
      }
      var t = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + SHA256_K[i] + w[i]) | 0;
      var u = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c)) | 0;
      h = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + u | 0;
    }
    v = [v[0] + a | 0, v[1] + b | 0, v[2] + c | 0, v[3] + d | 0, v[4] + e | 0, v[5] + f | 0, v[6] + g | 0, v[7] + h | 0];
  }
  return fromWords(v);
}

// Each number of 64 bits is two of 32, the higher first.
var SHA512_K = [
  0x428a2f98, 0xd728ae22, 0x71374491, 0x23ef65cd, 0xb5c0fbcf, 0xec4d3b2f, 0xe9b5dba5, 0x8189dbbc,
  0x3956c25b, 0xf348b538, 0x59f111f1, 0xb605d019, 0x923f82a4, 0xaf194f9b, 0xab1c5ed5, 0xda6d8118,
  0xd807aa98, 0xa3030242, 0x12835b01, 0x45706fbe, 0x243185be, 0x4ee4b28c, 0x550c7dc3, 0xd5ffb4e2,
  0x72be5d74, 0xf27b896f, 0x80deb1fe, 0x3b1696b1, 0x9bdc06a7, 0x25c71235, 0xc19bf174, 0xcf692694,
  0xe49b69c1, 0x9ef14ad2, 0xefbe4786, 0x384f25e3, 0x0fc19dc6, 0x8b8cd5b5, 0x240ca1cc, 0x77ac9c65,
  0x2de92c6f, 0x592b0275, 0x4a7484aa, 0x6ea6e483, 0x5cb0a9dc, 0xbd41fbd4, 0x76f988da, 0x831153b5,
  0x983e5152, 0xee66dfab, 0xa831c66d, 0x2db43210, 0xb00327c8, 0x98fb213f, 0xbf597fc7, 0xbeef0ee4,
  0xc6e00bf3, 0x3da88fc2, 0xd5a79147, 0x930aa725, 0x06ca6351, 0xe003826f, 0x14292967, 0x0a0e6e70,
  0x27b70a85, 0x46d22ffc, 0x2e1b2138, 0x5c26c926, 0x4d2c6dfc, 0x5ac42aed, 0x53380d13, 0x9d95b3df,
  0x650a7354, 0x8baf63de, 0x766a0abb, 0x3c77b2a8, 0x81c2c92e, 0x47edaee6, 0x92722c85, 0x1482353b,
  0xa2bfe8a1, 0x4cf10364, 0xa81a664b, 0xbc423001, 0xc24b8b70, 0xd0f89791, 0xc76c51a3, 0x0654be30,
  0xd192e819, 0xd6ef5218, 0xd6990624, 0x5565a910, 0xf40e3585, 0x5771202a, 0x106aa070, 0x32bbd1b8,
  0x19a4c116, 0xb8d2d0c8, 0x1e376c08, 0x5141ab53, 0x2748774c, 0xdf8eeb99, 0x34b0bcb5, 0xe19b48a8,
  0x391c0cb3, 0xc5c95a63, 0x4ed8aa4a, 0xe3418acb, 0x5b9cca4f, 0x7763e373, 0x682e6ff3, 0xd6b2b8a3,
  0x748f82ee, 0x5defb2fc, 0x78a5636f, 0x43172f60, 0x84c87814, 0xa1f0ab72, 0x8cc70208, 0x1a6439ec,
  0x90befffa, 0x23631e28, 0xa4506ceb, 0xde82bde9, 0xbef9a3f7, 0xb2c67915, 0xc67178f2, 0xe372532b,
  0xca273ece, 0xea26619c, 0xd186b8c7, 0x21c0c207, 0xeada7dd6, 0xcde0eb1e, 0xf57d4f7f, 0xee6ed178,
  0x06f067aa, 0x72176fba, 0x0a637dc5, 0xa2c898a6, 0x113f9804, 0xbef90dae, 0x1b710b35, 0x131c471b,
  0x28db77f5, 0x23047d84, 0x32caab7b, 0x40c72493, 0x3c9ebe0a, 0x15c9bebc, 0x431d67c4, 0x9c100d4c,
  0x4cc5d4be, 0xcb3e42b6, 0x597f299c, 0xfc657e2a, 0x5fcb6fab, 0x3ad6faec, 0x6c44198c, 0x4a475817
];
var SHA512_START = [
  0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1,
  0x510e527f, 0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179
];

function sha512(bytes) {
  var m = padded(bytes, 128), v = SHA512_START.slice(), w = [], i, high = 0, low = 0;

  function zero() { high = 0; low = 0; }
  function add(h, l) {
    low = (low >>> 0) + (l >>> 0);
    high = high + h + (low > 0xffffffff ? 1 : 0) | 0;
    low |= 0;
  }
  // addMixed adds a number turned right by three amounts and xored; the last
  // amount is a shift if shift is set. An amount of 32 and more swaps halves.
  function addMixed(h, l, amounts, shift) {
    var outHigh = 0, outLow = 0;
    for (var k = 0; k < 3; k++) {
      var n = amounts[k], p = n < 32 ? h : l, q = n < 32 ? l : h;
      n %= 32;
      outHigh ^= shift && k === 2 ? p >>> n : p >>> n | q << 32 - n;
      outLow ^= q >>> n | p << 32 - n;
    }
    add(outHigh, outLow);
  }

  for (var at = 0; at < m.length; at += 32) {
    for (i = 0; i < 160; i += 2) {
      if (i < 32) { w[i] = m[at + i]; w[i + 1] = m[at + i + 1]; continue; }
      zero();
      add(w[i - 32], w[i - 31]);
      add(w[i - 14], w[i - 13]);
      addMixed(w[i - 30], w[i - 29], [1, 8, 7], true);
      addMixed(w[i - 4], w[i - 3], [19, 61, 6], true);
      w[i] = high; w[i + 1] = low;
    }
    var s = v.slice();
    for (i = 0; i < 160; i += 2) {
      zero();
      add(s[14], s[15]);
      addMixed(s[8], s[9], [14, 18, 41], false);
      add(s[8] & s[10] ^ ~s[8] & s[12], s[9] & s[11] ^ ~s[9] & s[13]);
      add(SHA512_K[i], SHA512_K[i + 1]);
      add(w[i], w[i + 1]);
      var tHigh = high, tLow = low;
      add(s[6], s[7]);
      var eHigh = high, eLow = low;
      zero();
      add(tHigh, tLow);
      addMixed(s[0], s[1], [28, 34, 39], false);
      add(s[0] & s[2] ^ s[0] & s[4] ^ s[2] & s[4], s[1] & s[3] ^ s[1] & s[5] ^ s[3] & s[5]);
      s = [high, low, s[0], s[1], s[2], s[3], s[4], s[5], eHigh, eLow, s[8], s[9], s[10], s[11], s[12], s[13]];
    }
    for (i = 0; i < 16; i += 2) {
      zero();
      add(v[i], v[i + 1]);
      add(s[i], s[i + 1]);
      v[i] = high; v[i + 1] = low;
    }
  }
  return fromWords(v);
}
