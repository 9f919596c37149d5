// The page of a party: make a secret and its commitment, later open it.

var announced = null, saved = true;

function say(id, kind, children) {
  var box = make("div", { "class": kind }, children);
  empty(byID(id)).appendChild(box);
  return box;
}

function line(text) { return make("p", {}, [text]); }

function readAnnounce(file) {
  announced = null;
  byID("make-part").className = byID("open-part").className = "hidden";
  empty(byID("made"));
  empty(byID("opened"));
  readFile(file, function (bytes) {
    var why = attempt(function () { announced = parseAnnounce(announceIn(bytes)); });
    if (why) { say("announced", "error", [line("这个文件里没有可用的抽取公告：" + why + "。")]); return; }
    var select = empty(byID("party"));
    select.appendChild(make("option", { value: "" }, ["请选择"]));
    announced.parties.forEach(function (p) { select.appendChild(make("option", { value: p }, [p])); });
    say("announced", "panel", [
      make("h3", {}, ["抽取 " + headName(announced)]),
      line("承诺值须在" + timeInWords(announced.commitBy) + "之前提交，随机数须在" + timeInWords(announced.revealBy) + "之前揭示。杂凑算法：" + announced.hash + "。")
    ]);
    byID("make-part").className = byID("open-part").className = "";
  }, function (why) { say("announced", "error", [line(why)]); });
}

function timeInWords(t) {
  var p = formatTime(t).split(/[-T:+]/).map(Number);
  return p[0] + " 年 " + p[1] + " 月 " + p[2] + " 日 " + p[3] + ":" + pad(String(p[4]), 2) + "（北京时间）";
}

// announceIn is the announcement in a file: the file itself, or that of a bundle.
function announceIn(bytes) {
  if (bytes.charAt(0) !== "{") { return bytes; }
  try { return parseBundle(bytes).announce; } catch (e) { return wrong(e.why || e.message); }
}

// randomNonce is 32 bytes from the operating system, or a refusal: numbers of
// any other origin can be guessed.
function randomNonce() {
  var source = window.crypto || window.msCrypto;
  if (!source || !source.getRandomValues || !window.Uint8Array) { wrong("这个浏览器没有可靠的随机数来源（crypto.getRandomValues），不能生成。请换用较新的浏览器，或用命令 shenzhong draw commit"); }
  var bytes = new Uint8Array(32), text = "", same = true;
  source.getRandomValues(bytes);
  for (var i = 0; i < 32; i++) {
    text += String.fromCharCode(bytes[i]);
    same = same && bytes[i] === bytes[0];
  }
  if (same) { wrong("这个浏览器给出的随机数不随机，不能使用。请换一台电脑"); }
  return toHex(text);
}

function makeCommit() {
  var party = byID("party").value, secret = "";
  if (!party) { say("made", "error", [line("请先选择本单位。")]); byID("party").focus(); return; }
  if (!saved && !window.confirm("刚才生成的秘密文件尚未保存。要丢弃它、另外生成一份吗？")) { return; }
  var why = attempt(function () {
    secret = commitText(announced, party, randomNonce());
    parseCommit(secret);
  });
  if (why) { say("made", "error", [line(why + "。")]); return; }
  var name = (announced.draw + "-" + announced.attempt + "-" + party).replace(/[^A-Za-z0-9._-]/g, "_") + ".secret.txt";
  var again = make("button", { type: "button", id: "save" }, ["再保存一次"]), print = make("button", { type: "button" }, ["打印一份封存"]);
  again.onclick = function () { save(name, secret); };
  print.onclick = function () { window.print(); };
  say("made", "secret", [
    make("h3", {}, ["承诺值（交给主办单位，可以公开）"]),
    make("p", {}, [make("code", { id: "commitment" }, [labeled(announced.hash, "commit", secret)])]),
    make("h3", {}, ["秘密文件（自己保管，揭示之前不得外传）"]),
    make("p", {}, ["文件名：" + name + "。若没有自动保存，请把下面四行原样抄存为文本文件，每行末尾各一个换行。"]),
    make("pre", { "class": "mono", id: "secret-text" }, [secret]),
    make("p", {}, [again, " ", print])
  ]);
  saved = false;
  save(name, secret);
}

function save(name, text) {
  if (!window.Blob) { return; }
  var blob = new Blob([text], { type: "text/plain" });
  if (window.navigator.msSaveBlob) { window.navigator.msSaveBlob(blob, name); saved = true; return; }
  if (!window.URL || !("download" in document.createElement("a"))) { return; }
  var link = make("a", { href: window.URL.createObjectURL(blob), download: name }, []);
  document.body.appendChild(link);
  link.click();
  document.body.removeChild(link);
  saved = true;
}

function openSecret(file) {
  readFile(file, function (bytes) {
    var c = null, why = attempt(function () { c = parseCommit(bytes); });
    if (!why && !sameHead(c, announced)) { why = "这是抽取 " + headName(c) + " 的秘密文件，公告是 " + headName(announced) + " 的"; }
    if (!why && announced.parties.indexOf(c.party) < 0) { why = c.party + " 不在公告的参与单位之列"; }
    if (why) { say("opened", "error", [line(why + "。")]); return; }
    say("opened", "secret", [
      make("h3", {}, [c.party + " 的随机数（揭示时提交）"]),
      make("p", {}, [make("code", { id: "nonce" }, [c.nonce])]),
      make("h3", {}, ["它的承诺值（应与当初提交的相同）"]),
      make("p", {}, [make("code", { id: "promised" }, [labeled(announced.hash, "commit", bytes)])])
    ]);
  }, function (why) { say("opened", "error", [line(why)]); });
}

function showNetwork() {
  empty(byID("network")).appendChild(line(window.navigator.onLine === false ?
    "这台电脑现在没有联网，正合适。" :
    "这台电脑似乎连着网。本页用不着网络，建议先断开网络再继续；最好用一台平时不联网的电脑。"));
}

onFile(byID("announce"), byID("drop"), readAnnounce);
byID("make").onclick = makeCommit;
byID("secret").onchange = function () { if (this.files && this.files[0]) { openSecret(this.files[0]); } };
window.ononline = window.onoffline = showNetwork;
window.onbeforeunload = function () { return saved ? undefined : "秘密文件尚未保存。"; };
showNetwork();
