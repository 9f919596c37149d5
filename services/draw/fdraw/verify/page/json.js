// A strict reader of JSON: a key that appears twice is an error, because two
// readers might then see two different draws. JSON.parse would take the last.

function parseJSON(text) {
  var at = 0;

  function bad() { throw new Error("第 " + (at + 1) + " 个字节处语法有误"); }
  function space() { while (at < text.length && " \t\r\n".indexOf(text.charAt(at)) >= 0) { at++; } }
  function take(c) { if (text.charAt(at) !== c) { bad(); } at++; }

  function value(depth) {
    if (depth > 100) { throw new Error("嵌套过深"); }
    space();
    var c = text.charAt(at), out;
    if (c === "{") { out = object(depth); }
    else if (c === "[") { out = array(depth); }
    else if (c === '"') { out = string(); }
    else {
      var word = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/.exec(text.slice(at, at + 400));
      if (!word) { bad(); }
      at += word[0].length;
      out = word[0] === "null" ? null : { literal: word[0] };
    }
    space();
    return out;
  }

  function object(depth) {
    var keys = [], values = [];
    take("{");
    space();
    while (text.charAt(at) !== "}") {
      if (keys.length > 0) { take(","); space(); }
      var key = string();
      if (keys.indexOf(key) >= 0) { throw new Error("键“" + show(key) + "”重复"); }
      if (!/^[a-z_]+$/.test(key)) { throw new Error("不认识的键“" + show(key) + "”"); }
      space();
      take(":");
      keys.push(key);
      values.push(value(depth + 1));
    }
    at++;
    return { keys: keys, values: values };
  }

  function array(depth) {
    var out = [];
    take("[");
    space();
    while (text.charAt(at) !== "]") {
      if (out.length > 0) { take(","); }
      out.push(value(depth + 1));
    }
    at++;
    return out;
  }

  // string returns bytes; what is no Unicode becomes U+FFFD.
  function string() {
    var out = "", from;
    take('"');
    for (;;) {
      from = at;
      while (at < text.length && text.charCodeAt(at) >= 32 && text.charCodeAt(at) < 128 && text.charAt(at) !== '"' && text.charAt(at) !== "\\") { at++; }
      out += text.slice(from, at);
      if (at >= text.length || text.charCodeAt(at) < 32) { bad(); }
      if (text.charAt(at) === '"') { at++; return out; }
      if (text.charAt(at) === "\\") { out += escape(); continue; }
      var rune = runeAt(text, at);
      out += encodeRune(rune.code);
      at += rune.size;
    }
  }

  function escape() {
    var c = text.charAt(at + 1), simple = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
    if (simple[c]) { at += 2; return simple[c]; }
    var code = unit(at);
    if (code < 0) { bad(); }
    at += 6;
    var low = code >= 0xd800 && code < 0xdc00 ? unit(at) : -1;
    if (low >= 0xdc00 && low < 0xe000) {
      at += 6;
      return encodeRune(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
    }
    return encodeRune(code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  }

  function unit(i) { return /^\\u[0-9a-fA-F]{4}$/.test(text.slice(i, i + 6)) ? parseInt(text.slice(i + 2, i + 6), 16) : -1; }

  var out = value(0);
  if (at < text.length) { throw new Error("末尾有多余的内容"); }
  return out;
}

// parseBundle reads a bundle (bytes) into fields of bytes; a file that is not
// there is "".
function parseBundle(text) {
  var file = { type: "string" }, files = { type: "list", of: file };
  var proof = { type: "object", fields: { index: { type: "integer" }, size: { type: "integer" }, path: { type: "list", of: { type: "node" } } } };
  var fields = { format: file, previous_pool: file, substitutions: files, countersigns: files, earlier: files };
  var names = "announce policy pool officers freeze reveals beacon result sealed fallback registry changes numbers ledger void".split(" ");
  for (var i = 0; i < names.length; i++) { fields[names[i]] = file; }
  fields.notices = { type: "list", of: { type: "object", fields: { text: file, proof: proof } } };
  fields.log = { type: "object", optional: true, fields: {
    witness_policy: file, checkpoints: files,
    leaves: { type: "list", of: { type: "object", fields: { text: file, proofs: { type: "list", of: proof } } } }
  } };
  var b = shape(parseJSON(text), { type: "object", fields: fields }, "");
  if (b.format !== "fdraw/v1 bundle") { throw new Error("验证包的 format 应为“fdraw/v1 bundle”，实为“" + show(b.format) + "”"); }
  return b;
}

// shape gives every field of want its value, and refuses what is not wanted.
function shape(value, want, name) {
  var i, out, none = value === null || value === undefined;
  function wrong() { throw new Error("“" + name + "”一项的类型不对"); }
  switch (want.type) {
  case "string":
    return none ? "" : typeof value === "string" ? value : wrong();
  case "integer":
    if (none) { return 0; }
    return value.literal && /^-?[0-9]{1,15}$/.test(value.literal) ? Number(value.literal) : wrong();
  case "node":
    out = typeof value === "string" && value.length === 44 && value.charAt(43) === "=" ? fromBase64(value, false) : null;
    return out !== null && out.length === 32 ? out : wrong();
  case "list":
    out = [];
    if (!none && !(value instanceof Array)) { wrong(); }
    for (i = 0; !none && i < value.length; i++) { out.push(shape(value[i], want.of, name)); }
    return out;
  }
  if (none && want.optional) { return null; }
  if (!none && !value.keys) { wrong(); }
  out = {};
  for (i = 0; !none && i < value.keys.length; i++) {
    if (!want.fields.hasOwnProperty(value.keys[i])) { throw new Error("不认识的键“" + show(value.keys[i]) + "”"); }
    out[value.keys[i]] = value.values[i];
  }
  for (var field in want.fields) {
    if (want.fields.hasOwnProperty(field)) { out[field] = shape(out[field], want.fields[field], field); }
  }
  return out;
}
