// A reader takes a file line by line and keeps the first thing that is wrong
// with it; after that it answers with nothings, so that a parser reads like the
// grammar of section 3. Identifiers, digests, times: section 2.

var CERTAIN = 1000000, MOST = 1000000000, MOST_SEATS = 99;

var FILE_NAMES = {
  announce: "抽取公告", policy: "抽取政策", pool: "对象名录", officers: "执法人员名录", commit: "承诺", freeze: "冻结文件",
  reveals: "揭示文件", beacon: "公共随机数", result: "抽取结果", sealed: "密封文件", notice: "抽查通知", substitute: "人员替换记录",
  registry: "对象属性表", changes: "名录变动说明", fallback: "备用随机源说明", numbers: "抽取编号清单", ledger: "结果公示台账", leaf: "日志条目", "void": "作废说明"
};

// wrong stops whatever is going on with a message for people.
function wrong(why) { throw { why: why }; }

// attempt is why f went wrong, or "".
function attempt(f) {
  try { f(); } catch (e) {
    if (e.why === undefined) { throw e; }
    return e.why;
  }
  return "";
}

function Reader(file, text) {
  this.file = file;
  this.text = text;
  this.at = 0;
  this.line = 0;
  this.error = "";
  this.respelled = false;
  if (text === "") { this.failFile("文件是空的"); }
  else if (text.slice(0, 3) === "\xef\xbb\xbf") { this.line = 1; this.fail("开头有 BOM（字节顺序标记），须去掉"); }
  else if (text.charAt(text.length - 1) !== "\n") { this.line = text.split("\n").length; this.fail("最后一行没有换行符"); }
}

Reader.prototype = {
  fail: function (why) {
    if (!this.error) { this.error = FILE_NAMES[this.file] + "（" + this.file + "）第 " + this.line + " 行：" + why; }
  },
  failFile: function (why) {
    if (!this.error) { this.error = FILE_NAMES[this.file] + "（" + this.file + "）：" + why; }
  },
  // check makes what goes wrong in f a fault of the current line.
  check: function (f) {
    if (this.error) { return undefined; }
    var value, why = attempt(function () { value = f(); });
    if (why) { this.fail(why); }
    return value;
  },
  more: function (keyword) { return !this.error && this.text.substr(this.at, keyword.length + 1) === keyword + " "; },
  rest: function () { return !this.error && this.at < this.text.length; },
  next: function () {
    if (this.error) { return ""; }
    this.line++;
    var end = this.text.indexOf("\n", this.at);
    if (end < 0) { this.fail("文件到此中断，内容不完整"); return ""; }
    var line = this.text.slice(this.at, end), why = flaw(line);
    this.at = end + 1;
    if (why) { this.fail(why); return ""; }
    return line;
  },
  // fields reads "keyword w1 … wn"; after an error the words are "".
  fields: function (keyword, n) {
    var line = this.next(), words = [], none = [], i;
    for (i = 0; i < n; i++) { none.push(""); }
    if (this.error) { return none; }
    words = line.split(" ");
    if (words[0] !== keyword) { this.fail("应以“" + keyword + "”开头，实为“" + show(words[0]) + "”"); }
    else if (words.length - 1 < n) { this.fail("“" + keyword + "”之后应有 " + n + " 项，实有 " + (words.length - 1) + " 项"); }
    else if (words.length - 1 > n) { this.fail("“" + keyword + "”之后应有 " + n + " 项，多出“" + show(words.slice(n + 1).join(" ")) + "”"); }
    return this.error ? none : words.slice(1);
  },
  literal: function (want) {
    var got = this.next();
    if (!this.error && got !== want) { this.fail("应为“" + want + "”，实为“" + show(got) + "”"); }
  },
  word: function (keyword) { return this.fields(keyword, 1)[0]; },
  id: function (word) { this.check(function () { checkID(word); }); return word; },
  digest: function (word) { this.check(function () { checkDigest(word); }); return word; },
  number: function (word, low, high) { return this.check(function () { return parseNumber(word, low, high); }) || 0; },
  // time is in seconds since 1970; null when it cannot be read.
  time: function (word) {
    var t = this.check(function () { return parseTime(word); });
    return t === undefined ? null : t;
  },
  idOf: function (keyword) { return this.id(this.word(keyword)); },
  digestOf: function (keyword) { return this.digest(this.word(keyword)); },
  numberOf: function (keyword, low, high) { return this.number(this.word(keyword), low, high); },
  // someone is an identifier, or "" for "-".
  someone: function (word) { return word === "-" ? "" : this.id(word); },
  oneOf: function (word, words, what) {
    if (!this.error && words.indexOf(word) < 0) { this.fail(what); }
    return word;
  },
  ascend: function (before, key, what) {
    if (this.error || before < key) { return; }
    if (before === key) { this.fail(what + "“" + show(key) + "”重复"); }
    else { this.fail(what + "“" + show(key) + "”应排在“" + show(before) + "”之前"); }
  },
  head: function () {
    this.literal("fdraw/v1 " + this.file);
    return this.origin();
  },
  origin: function () { return { draw: this.idOf("draw"), attempt: this.numberOf("attempt", 1, MOST) }; },
  // end returns value, or fails with the first error.
  end: function (value) {
    if (!this.error && this.at < this.text.length) {
      this.line++;
      this.fail("多出的内容“" + show(this.text.slice(this.at).split("\n")[0]) + "”");
    }
    if (this.respelled) { this.failFile("不是规范写法：读入后重新写出，字节与原文不同"); }
    if (this.error) { wrong(this.error); }
    value.text = this.text;
    return value;
  }
};

// flaw says what is wrong with the characters of a line, or nothing.
function flaw(line) {
  if (line === "") { return "空行"; }
  var previous = 32;
  for (var i = 0; i < line.length; i++) {
    var c = line.charCodeAt(i);
    if (c === 32 && i === 0) { return "行首有空格"; }
    if (c === 32 && previous === 32) { return "有连续的空格"; }
    if (c === 13) { return "含有回车符（CR），只允许换行符（LF）"; }
    if (c === 9) { return "含有制表符（TAB）"; }
    if (c >= 128) { return "含有非 ASCII 字符"; }
    if (c < 32 || c === 127) { return "含有控制字符 0x" + pad(c.toString(16), 2); }
    previous = c;
  }
  return previous === 32 ? "行尾有空格" : "";
}

function checkID(id) {
  if (id === "" || id === "-" || id.length > 64) { wrong("“" + show(id) + "”不是编号：应为 1 至 64 个字符，且不能只是“-”"); }
  if (!/^[A-Za-z0-9._:-]+$/.test(id)) { wrong("编号“" + show(id) + "”含有不允许的字符，只能用字母、数字和 . _ : -"); }
}

function checkDigest(word) {
  if (word.length !== 64) { wrong("“" + show(word) + "”应为 64 位十六进制数"); }
  if (!/^[0-9a-f]+$/.test(word)) { wrong("“" + show(word) + "”只能用数字和小写字母 a 至 f"); }
}

function parseNumber(word, low, high) {
  if (word === "") { wrong("缺少数字"); }
  var n = 0;
  for (var i = 0; i < word.length; i++) {
    if (word.charAt(i) < "0" || word.charAt(i) > "9") { wrong("“" + show(word) + "”不是整数"); }
    n = n * 10 + word.charCodeAt(i) - 48;
    if (n > MOST) { wrong("“" + show(word) + "”过大"); }
  }
  if (word.charAt(0) === "0" && word.length > 1) { wrong("“" + show(word) + "”有多余的前导零"); }
  if (n < low || n > high) { wrong("“" + show(word) + "”超出范围，应为 " + low + " 至 " + high); }
  return n;
}

// Days since 1970-01-01 of a date in the Gregorian calendar. A year is counted
// from March, so that the leap day is its last.
function daysOf(year, month, day) {
  var y = month > 2 ? year : year - 1, m = (month + 9) % 12;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day - 1 - 719468;
}

var OFFSET = 8 * 3600; // all times are in Beijing
var LONG_AGO = daysOf(1, 1, 1) * 86400; // what the other programs take for no time at all

function parseTime(word) {
  var p = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\+08:00$/.exec(word), n = [], i;
  for (i = 1; p && i < 7; i++) { n.push(Number(p[i])); }
  var t = p && daysOf(n[0], n[1], n[2]) * 86400 + n[3] * 3600 + n[4] * 60 + n[5] - OFFSET;
  if (!p || formatTime(t) !== word) { wrong("“" + show(word) + "”不是时间，应形如 2026-03-02T17:00:00+08:00"); }
  return t;
}

function formatTime(t) {
  var day = Math.floor((t + OFFSET) / 86400), second = t + OFFSET - day * 86400;
  var year = Math.floor((day + 719468) / 365.2425) + 1;
  while (daysOf(year, 1, 1) > day) { year--; }
  var month = 12;
  while (daysOf(year, month, 1) > day) { month--; }
  function two(n) { return pad(String(n), 2); }
  return pad(String(year), 4) + "-" + two(month) + "-" + two(day - daysOf(year, month, 1) + 1) + "T" +
    two(Math.floor(second / 3600)) + ":" + two(Math.floor(second / 60) % 60) + ":" + two(second % 60) + "+08:00";
}

function sameHead(a, b) { return a.draw === b.draw && a.attempt === b.attempt; }
function headName(h) { return h.draw + "/" + h.attempt; }
function headText(h) { return "draw " + h.draw + "\nattempt " + h.attempt + "\n"; }

// find is the row of a sorted list whose field has a value, or null.
function find(rows, field, value) {
  var low = 0, high = rows.length;
  while (low < high) {
    var middle = (low + high) >> 1;
    if (rows[middle][field] < value) { low = middle + 1; } else { high = middle; }
  }
  return low < rows.length && rows[low][field] === value ? rows[low] : null;
}

// fates reads what became of commitments, sorted by party.
function fates(r) {
  var out = [], before = "";
  while (r.rest()) {
    var absent = r.more("absent"), w = r.fields(absent ? "absent" : "reveal", absent ? 1 : 2);
    var p = { party: r.id(w[0]), nonce: absent ? "" : r.digest(w[1]) };
    r.ascend(before, p.party, "参与方");
    out.push(p);
    before = p.party;
  }
  return out;
}
