// The public log of a bundle: checkpoints, witnesses, entries with their proofs
// (C2SP tlog-checkpoint, tlog-cosignature, tlog-policy).

var LOG_KEY = 1, WITNESS_KEY = 4;

function parseKey(text) {
  var part = text.split("+"), k = { name: part[0] };
  part = [part[0], part[1], part.slice(2).join("+")];
  if (text.split("+").length < 3 || part[0] === "") { wrong("公钥“" + show(text) + "”应形如 名称+八位十六进制+base64"); }
  var data = fromBase64(part[2], true);
  k.kind = data === null || data.length !== 33 ? 0 : data.charCodeAt(0);
  if (k.kind !== LOG_KEY && k.kind !== WITNESS_KEY) { wrong("公钥“" + show(text) + "”不是 Ed25519 日志公钥或见证公钥"); }
  k.key = data.slice(1);
  k.id = sha256(k.name + "\n" + data).slice(0, 4);
  if (toHex(k.id) !== part[1]) { wrong("公钥“" + show(text) + "”的编号与内容不符"); }
  return k;
}

function fingerprint(k) { return toUnicode(k.name) + "+" + toHex(k.id); }

function parseCheckpoint(text) {
  var cut = text.indexOf("\n\n"), body = cut < 0 ? text : text.slice(0, cut), tail = cut < 0 ? "" : text.slice(cut + 2), line = body.split("\n");
  if (cut < 0 || line.length !== 3 || line[0] === "" || flaw(line[0]) !== "") { wrong("检查点应有来源、大小、根三行，空一行后是签名"); }
  var c = { origin: line[0], body: body + "\n", lines: [] };
  var why = attempt(function () { c.size = parseNumber(line[1], 0, MOST); });
  if (why) { wrong("检查点的大小：" + why); }
  c.root = fromBase64(line[2], true);
  if (c.root === null || c.root.length !== 32) { wrong("检查点的根“" + show(line[2]) + "”应为 44 个字符的 base64 摘要"); }
  if (tail.charAt(tail.length - 1) !== "\n") { wrong("检查点的最后一行没有换行符"); }
  var lines = tail.slice(0, -1).split("\n");
  for (var i = 0; i < lines.length; i++) {
    var space = lines[i].indexOf(" ", 4), data = fromBase64(lines[i].slice(space + 1), true);
    if (lines[i].slice(0, 4) !== "\xe2\x80\x94 " || space < 5 || data === null || data.length < 5) { wrong("检查点的签名行“" + show(lines[i]) + "”不合格式"); }
    c.lines.push({ name: lines[i].slice(4, space), id: data.slice(0, 4), signature: data.slice(4) });
  }
  return c;
}

function lineOf(c, k, kind) {
  for (var i = 0; i < c.lines.length; i++) {
    if (c.lines[i].name === k.name && c.lines[i].id === k.id && k.kind === kind) { return c.lines[i].signature; }
  }
  return null;
}

// seenBy is when a witness saw the checkpoint, null when its line is missing.
function seenBy(c, k) {
  var s = lineOf(c, k, WITNESS_KEY), at = 0;
  if (s === null) { return null; }
  if (s.length !== 72) { wrong("见证人 " + toUnicode(k.name) + " 的签名长度不对"); }
  for (var i = 0; i < 8; i++) { at = at * 256 + s.charCodeAt(i); }
  if (at > 1099511627776 || !edVerify(k.key, "cosignature/v1\ntime " + at + "\n" + c.body, s.slice(8))) { wrong("见证人 " + toUnicode(k.name) + " 的签名不成立"); }
  return at;
}

// parseWitnesses reads which log and which witnesses count, and how many.
function parseWitnesses(text) {
  var p = { logs: [], witnesses: [], members: {}, quorum: null }, lines = text.split("\n");
  for (var i = 0; i < lines.length; i++) {
    var why = attempt(function () { witnessLine(p, lines[i]); });
    if (why) { wrong("见证政策第 " + (i + 1) + " 行：" + why); }
  }
  if (p.quorum === null || p.logs.length === 0) { wrong("见证政策缺少 log 行或 quorum 行"); }
  return p;
}

var SPACES = /(?:[ \t\n\x0b\f\r]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)+/;

function witnessLine(p, line) {
  var w = line.split(SPACES).filter(function (word) { return word !== ""; }), n = w.length, k, i;
  if (n === 0 || w[0].charAt(0) === "#") { return; }
  if (w[0] === "log" && (n === 2 || n === 3)) { p.logs.push(parseKey(w[1])); return; }
  if (w[0] === "witness" && (n === 3 || n === 4)) {
    k = parseKey(w[2]);
    for (i = 0; i < p.witnesses.length; i++) {
      if (p.witnesses[i].key === k.key) { wrong("公钥 " + fingerprint(k) + " 与 " + fingerprint(p.witnesses[i]) + " 是同一把，一个见证人不能算两个"); }
    }
    p.witnesses.push(k);
    define(p, w[1], { witness: k });
    return;
  }
  if (w[0] === "group" && n >= 4) {
    var group = { of: [], need: 1 };
    for (i = 3; i < n; i++) {
      var m = p.members["+" + w[i]];
      if (!m || group.of.indexOf(m) >= 0) { wrong("成员“" + show(w[i]) + "”未定义或重复"); }
      group.of.push(m);
    }
    if (w[2] === "all") { group.need = group.of.length; }
    else if (w[2] !== "any") { group.need = parseNumber(w[2], 1, group.of.length); }
    define(p, w[1], group);
    return;
  }
  if (w[0] === "quorum" && n === 2 && p.quorum === null) {
    p.quorum = w[1] === "none" ? { of: [], need: 1 } : p.members["+" + w[1]] || wrong("“" + show(w[1]) + "”未定义");
    return;
  }
  wrong("看不懂“" + show(w.join(" ")) + "”");
}

function define(p, name, member) {
  if (p.members["+" + name] || name === "none") { wrong("“" + show(name) + "”重复定义"); }
  p.members["+" + name] = member;
}

// counts reports whether the witnesses that satisfy seen make up a member.
function counts(member, seen) {
  if (member.witness) { return seen(member.witness); }
  var n = 0;
  for (var i = 0; i < member.of.length; i++) { n += counts(member.of[i], seen) ? 1 : 0; }
  return n >= member.need;
}

// readLog reads the extract of a bundle: every checkpoint must carry the log's
// signature, every cosignature be valid, every proof lead to a checkpoint.
function readLog(extract) {
  var log = { given: extract !== null, policy: null, points: [], draws: [], records: {}, bad: "" };
  if (!log.given) { return log; }
  log.bad = attempt(function () {
    var i;
    if (extract.witness_policy !== "") { log.policy = parseWitnesses(extract.witness_policy); }
    for (i = 0; i < extract.checkpoints.length; i++) {
      var c = parseCheckpoint(extract.checkpoints[i]);
      authentic(log, c);
      log.points.push(c);
    }
    for (i = 0; i < extract.leaves.length; i++) {
      var why = attempt(function () { admit(log, extract.leaves[i]); });
      if (why) { wrong("日志第 " + (i + 1) + " 个条目：" + why); }
    }
  });
  return log;
}

function authentic(log, c) {
  var i, signed = false;
  for (i = 0; i < log.points.length; i++) {
    var other = log.points[i];
    if (other.origin !== c.origin || other.size === c.size && other.root !== c.root) { wrong("两个检查点互相矛盾（大小 " + other.size + "、" + c.size + "）"); }
  }
  if (!log.policy) { return; }
  for (i = 0; i < log.policy.logs.length; i++) {
    var k = log.policy.logs[i], s = lineOf(c, k, LOG_KEY), valid = s !== null && edVerify(k.key, c.body, s);
    if (s !== null && !valid) { wrong("检查点（大小 " + c.size + "）的日志签名不成立"); }
    signed = signed || valid && k.name === c.origin;
  }
  if (!signed) { wrong("检查点（大小 " + c.size + "）没有日志 " + show(c.origin) + " 的签名"); }
  for (i = 0; i < log.policy.witnesses.length; i++) {
    var why = attempt(seenBy.bind(null, c, log.policy.witnesses[i]));
    if (why) { wrong("检查点（大小 " + c.size + "）：" + why); }
  }
}

function pointOf(log, size) {
  for (var i = 0; i < log.points.length; i++) {
    if (log.points[i].size === size) { return log.points[i]; }
  }
  return null;
}

function admit(log, leaf) {
  for (var i = 0; i < leaf.proofs.length; i++) {
    var p = leaf.proofs[i], c = pointOf(log, p.size);
    if (p.index !== leaf.proofs[0].index) { wrong("各份证明的序号不一致"); }
    if (!c) { wrong("证明所指大小 " + p.size + " 的检查点不在验证包中"); }
    if (!proves(p, c.root, leaf.text)) { wrong("包含证明不成立（大小 " + p.size + "）"); }
  }
  if (leaf.text.slice(0, 16) === "fdlog/v1 record\n") {
    var r = parseRecordLeaf(leaf.text);
    (log.records[r.record] = log.records[r.record] || []).push(leaf);
    return;
  }
  log.draws.push({ leaf: parseLeaf(leaf.text), proofs: leaf.proofs });
}

function isOf(leaf, file) { return leaf.sha256 === hashOf("sha256", file) && leaf.sm3 === hashOf("sm3", file); }

// entriesOf is the entries of a stage of a draw.
function entriesOf(log, stage, head) {
  return log.draws.filter(function (d) { return d.leaf.stage === stage && sameHead(d.leaf, head); });
}

// only is the one entry of a stage, or null; two would leave the order open.
function only(log, stage, head) {
  var found = entriesOf(log, stage, head);
  if (found.length > 1) { wrong("公开日志把 " + stage + " 一步记了两次"); }
  return found[0] || null;
}

function lastPoint(log) {
  var last = null;
  for (var i = 0; i < log.points.length; i++) {
    if (!last || log.points[i].size > last.size) { last = log.points[i]; }
  }
  return last;
}

// seen is whether a quorum saw a checkpoint that covers an entry, and whether
// it did in time.
function seen(log, entry, inTime) {
  var out = { ever: false, timely: false };
  function by(c, test) {
    return counts(log.policy.quorum, function (k) {
      var at = null, why = attempt(function () { at = seenBy(c, k); });
      return !why && at !== null && test(at);
    });
  }
  for (var i = 0; i < entry.proofs.length; i++) {
    var c = pointOf(log, entry.proofs[i].size);
    out.ever = out.ever || by(c, function () { return true; });
    out.timely = out.timely || by(c, inTime);
  }
  return out;
}
