// Text is kept as bytes throughout: one character of a string is one byte, as
// in the files that are hashed. Only what a person reads becomes Unicode.

function toUnicode(bytes) {
  var out = "", i = 0;
  while (i < bytes.length) {
    var rune = runeAt(bytes, i);
    out += rune.code < 0x10000 ? String.fromCharCode(rune.code) : String.fromCharCode(0xd7c0 + (rune.code >> 10), 0xdc00 + (rune.code & 0x3ff));
    i += rune.size;
  }
  return out;
}

function fromUnicode(text) {
  var out = "";
  for (var i = 0; i < text.length; i++) {
    var c = text.charCodeAt(i);
    if (c >= 0xd800 && c < 0xdc00 && i + 1 < text.length) {
      var low = text.charCodeAt(i + 1);
      if (low >= 0xdc00 && low < 0xe000) { c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00); i++; }
    }
    out += encodeRune(c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
  }
  return out;
}

function encodeRune(c) {
  if (c < 0x80) { return String.fromCharCode(c); }
  if (c < 0x800) { return String.fromCharCode(0xc0 | c >> 6, 0x80 | c & 63); }
  if (c < 0x10000) { return String.fromCharCode(0xe0 | c >> 12, 0x80 | c >> 6 & 63, 0x80 | c & 63); }
  return String.fromCharCode(0xf0 | c >> 18, 0x80 | c >> 12 & 63, 0x80 | c >> 6 & 63, 0x80 | c & 63);
}

// runeAt decodes one UTF-8 character; a byte that begins none is U+FFFD of size
// 1 and marked broken.
function runeAt(bytes, i) {
  var b = bytes.charCodeAt(i), n = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
  if (n === 1) { return { code: b, size: 1 }; }
  var code = n === 2 ? b & 31 : n === 3 ? b & 15 : b & 7;
  for (var k = 1; k < n; k++) {
    var c = bytes.charCodeAt(i + k);
    if (!(c >= 0x80 && c < 0xc0)) { n = 0; break; }
    code = code << 6 | c & 63;
  }
  if (n === 0 || n === 3 && (code < 0x800 || code >= 0xd800 && code < 0xe000) || n === 4 && (code < 0x10000 || code > 0x10ffff)) {
    return { code: 0xfffd, size: 1, broken: true };
  }
  return { code: code, size: n };
}

function pad(hex, n) {
  while (hex.length < n) { hex = "0" + hex; }
  return hex;
}

// show makes any bytes fit to stand in a message: ASCII only, at most 48 bytes.
function show(bytes) {
  var plain = { 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\" };
  var most = 48, part = bytes.slice(0, most), out = "", i = 0;
  while (i < part.length) {
    var rune = runeAt(part, i), c = rune.code;
    if (rune.broken) { out += "\\x" + pad(part.charCodeAt(i).toString(16), 2); }
    else if (plain[c]) { out += plain[c]; }
    else if (c >= 32 && c < 127) { out += String.fromCharCode(c); }
    else if (c < 128) { out += "\\x" + pad(c.toString(16), 2); }
    else if (c < 0x10000) { out += "\\u" + pad(c.toString(16), 4); }
    else { out += "\\U" + pad(c.toString(16), 8); }
    i += rune.size;
  }
  return bytes.length > most ? out + "……" : out;
}

function toHex(bytes) {
  var out = "";
  for (var i = 0; i < bytes.length; i++) { out += pad(bytes.charCodeAt(i).toString(16), 2); }
  return out;
}

var BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function toBase64(bytes) {
  var out = "";
  for (var i = 0; i < bytes.length; i += 3) {
    var left = bytes.length - i, n = bytes.charCodeAt(i) << 16 | (left > 1 ? bytes.charCodeAt(i + 1) << 8 : 0) | (left > 2 ? bytes.charCodeAt(i + 2) : 0);
    out += BASE64.charAt(n >> 18) + BASE64.charAt(n >> 12 & 63) + (left > 1 ? BASE64.charAt(n >> 6 & 63) : "=") + (left > 2 ? BASE64.charAt(n & 63) : "=");
  }
  return out;
}

// fromBase64 is null for what is not base64. Unless strict, the unused bits of
// the last character may be anything.
function fromBase64(text, strict) {
  text = text.replace(/[\r\n]/g, "");
  var body = text.replace(/={1,2}$/, ""), out = "", bits = 0, held = 0;
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+\/]*$/.test(body)) { return null; }
  for (var i = 0; i < body.length; i++) {
    held = held << 6 | BASE64.indexOf(body.charAt(i));
    bits += 6;
    if (bits >= 8) { bits -= 8; out += String.fromCharCode(held >> bits & 255); }
    held &= 63;
  }
  return strict && toBase64(out) !== text ? null : out;
}
