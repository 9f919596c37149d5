// The checks that rest on the public log, on the register and on the lists that
// are published beside a draw: V8 to V14.

// unusable says why the log extract cannot be used, or null.
function unusable(log) {
  if (!log.given) { return unknownThat("验证包中没有公开日志的摘录。"); }
  if (log.bad) { return failsThat("日志摘录有误：" + log.bad + "。"); }
  if (!log.policy) { return unknownThat("没有日志和见证人的公钥，检查点的签名无从核对。"); }
  if (!lastPoint(log)) { return unknownThat("日志摘录中没有检查点，条目的序号只是自称。"); }
  return null;
}

// keysByHand is what a person must compare: the keys are the bundle's own.
function keysByHand(log) {
  if (!log.policy) { return ""; }
  return "公钥出自验证包本身，请与各单位公布的比对：" + log.policy.logs.concat(log.policy.witnesses).map(fingerprint).join("、");
}

function logOrder(v) {
  var out = unusable(v.log), head = headOf(v);
  if (out) { return out; }
  if (!head) { return unknownThat("验证包中没有抽取公告，不知道核对哪一次抽取。"); }
  if (v.given["void"]) { return voidOrder(v, head); }
  if (entriesOf(v.log, "void", head).length > 0) { return failsThat("公开日志记载本次抽取 " + headName(head) + " 已经作废。"); }
  var steps = [["announce", "announce"], ["freeze", "freeze"], ["reveals", "reveals"], ["beacon", "beacon"], ["sealed", "sealed"], ["open", "result"]];
  return inOrder(v, head, steps, "公告、冻结、揭示、随机数、密封、公开六步依次记入日志，内容与文件相符。");
}

// inOrder holds steps against the log.
function inOrder(v, head, steps, good) {
  var last = lastPoint(v.log), before = -1, missing = [];
  for (var i = 0; i < steps.length; i++) {
    var stage = steps[i][0], file = steps[i][1], text = v.b[file], e = null;
    var why = attempt(function () { e = only(v.log, stage, head); });
    if (why) { return failsThat(why + "。"); }
    var proof = e && e.proofs.filter(function (p) { return p.size === last.size; })[0];
    if (!proof) { missing.push(stage); continue; }
    if (text === "") { missing.push(FILE_NAMES[file]); }
    else if (!isOf(e.leaf, text)) { return failsThat("公开日志中 " + stage + " 一步记录的不是验证包中的" + FILE_NAMES[file] + "。"); }
    if (proof.index <= before) { return failsThat("公开日志中 " + stage + " 一步排在了前一步之前。"); }
    before = proof.index;
  }
  if (missing.length > 0) { return unknownThat("日志摘录缺少 " + missing.join("、") + " 的条目、证明或文件；已有的次序正确。"); }
  return holdsThat(good, keysByHand(v.log));
}

function witnessTimes(v) {
  var out = unusable(v.log);
  if (out) { return out; }
  if (v.given["void"]) { return voidSeen(v); }
  var why = lack(v, ["announce", "reveals", "sealed"]);
  if (why) { return unknownThat(why + "，不能核对见证时间。"); }
  var f = witnessed(v, "reveals", v.announce.beacon.at, "公共随机数产生");
  if (f.status !== "holds") { return f; }
  why = lack(v, ["ledger"]);
  if (why) { return unknownThat(f.why + "但" + why + "，不知道首次检查的时间。"); }
  if (!sameHead(v.ledger, v.announce)) { return failsThat("结果公示台账属于抽取 " + headName(v.ledger) + "，不是 " + headName(v.announce) + "。"); }
  var first = null, event = "首次检查";
  for (var i = 0; i < v.ledger.visits.length; i++) {
    var at = v.ledger.visits[i].visited;
    if (at !== null && (first === null || at < first)) { first = at; }
  }
  if (first === null) { first = v.ledger.asOf; event = "台账截止（尚无检查）"; }
  var g = witnessed(v, "sealed", first, event);
  return g.status === "holds" ? holdsThat(f.why + g.why, keysByHand(v.log)) : g;
}

// witnessed checks that a quorum had seen the entry of a stage before limit.
function witnessed(v, stage, limit, event) {
  var e = null, why = attempt(function () { e = only(v.log, stage, v.announce); });
  if (why) { return failsThat(why + "。"); }
  if (!e) { return unknownThat("日志摘录中没有 " + stage + " 一步的条目。"); }
  if (!isOf(e.leaf, v.b[stage])) { return failsThat("公开日志中 " + stage + " 一步记录的不是验证包中的文件。"); }
  var s = seen(v.log, e, function (t) { return t < limit; });
  if (s.timely) { return holdsThat("法定数目的见证人在" + event + "（" + formatTime(limit) + "）之前已见证 " + stage + " 一步。"); }
  if (s.ever) { return failsThat("见证人见到 " + stage + " 一步时，已不早于" + event + "（" + formatTime(limit) + "）。"); }
  return unknownThat("日志摘录中没有法定数目的见证签名覆盖 " + stage + " 一步。");
}

function chances(v) {
  var why = lack(v, ["announce", "policy", "pool", "registry"]), want;
  if (why) { return unknownThat(why + "，不能重算概率。"); }
  if (!sameHead(v.registry, v.announce)) { return failsThat("对象属性表属于抽取 " + headName(v.registry) + "，不是 " + headName(v.announce) + "。"); }
  if (labeled(v.announce.hash, "policy", v.b.policy) !== v.announce.policy) { return failsThat("验证包中的抽取政策不是公告的那一份。"); }
  why = attempt(function () { want = rates(v.policy, v.registry); });
  if (why) { return failsThat(why + "。"); }
  for (var i = 0; i < want.length; i++) {
    var c = want[i], u = find(v.pool.units, "facility", c.facility);
    if (!u) { return failsThat(c.facility + " 在对象属性表中，对象名录却没有它。"); }
    if (u.ppm !== c.ppm || u.reason !== c.reason) {
      return failsThat(c.facility + " 按政策应为百万分之 " + c.ppm + "（" + c.reason + "），名录记为百万分之 " + u.ppm + "（" + u.reason + "）。");
    }
  }
  if (want.length !== v.pool.units.length) { return failsThat("对象名录有 " + v.pool.units.length + " 个对象，对象属性表只有 " + want.length + " 个。"); }
  return holdsThat(want.length + " 个对象的概率和理由都由公告的政策得出。", "对象属性表出自监管部门的登记，请与公示的信用等级和风险分类比对");
}

function registerComplete(v) {
  var why = lack(v, ["pool", "registry"]);
  if (why) { return unknownThat(why + "，不能核对名录是否完整。"); }
  var units = v.pool.units, entries = v.registry.entries;
  for (var i = 0; i < Math.max(units.length, entries.length); i++) {
    var u = units[i], e = entries[i];
    if (!u || e && e.facility < u.facility) { return failsThat("对象名录漏了登记在册的 " + e.facility + "。"); }
    if (!e || u.facility < e.facility) { return failsThat("对象名录中的 " + u.facility + " 不在登记之列。"); }
  }
  why = lack(v, ["changes"]);
  if (why) { return unknownThat("名录与登记一致；但" + why + "，与上一次抽取的差异未经说明。"); }
  var c = v.changes;
  if (!sameHead(c, v.pool)) { return failsThat("名录变动说明属于抽取 " + headName(c) + "，不是 " + headName(v.pool) + "。"); }
  if (!c.previous && c.changes.length > 0) { return failsThat("名录变动说明称没有上一次抽取，却列有变动。"); }
  if (!c.previous) { return holdsThat("名录的 " + units.length + " 个对象与登记一致；说明称此前没有同类抽取。"); }
  if (!v.previous) { return unknownThat("名录与登记一致；但验证包中没有可读的上一次对象名录，不能核对变动说明。"); }
  if (!sameHead(v.previous, c.previous)) { return failsThat("所附上一次名录属于抽取 " + headName(v.previous) + "，说明所称为 " + headName(c.previous) + "。"); }
  why = explains(c, v.previous, v.pool);
  if (why) { return failsThat(why + "。"); }
  return holdsThat("名录的 " + units.length + " 个对象与登记一致；与抽取 " + headName(c.previous) + " 相比的 " + c.changes.length + " 处变动都有说明。");
}

function dense(v) {
  var why = lack(v, ["numbers"]), head = headOf(v), i;
  if (why) { return unknownThat(why + "，不能核对编号。"); }
  if (!head) { return unknownThat("验证包中没有抽取公告，不知道核对哪一次抽取。"); }
  var gap = "";
  why = attempt(function () { gap = gaps(v.numbers, head); }) || gap || ended(v, head);
  if (why) { return failsThat(why + "。"); }
  for (i = 0; i < v.log.draws.length; i++) {
    if (!lists(v.numbers, v.log.draws[i].leaf)) { return failsThat("公开日志记有抽取 " + headName(v.log.draws[i].leaf) + "，清单却没有。"); }
  }
  return holdsThat("本年度编号连续，列出的 " + v.numbers.draws.length + " 次尝试中只有作废的才重来。", "清单由主办单位出具，请与公开日志的全部抽取条目比对");
}

// allLogged reports whether the log goes up to the opening: what is not in it by
// then was not done.
function allLogged(v) {
  var head = headOf(v);
  if (!head || unusable(v.log)) { return false; }
  var found = entriesOf(v.log, "open", head), size = lastPoint(v.log).size;
  return found.length === 1 && found[0].proofs.some(function (p) { return p.size === size; });
}

function substitutions(v) {
  var logged = entriesOf(v.log, "substitute", headOf(v) || { draw: "", attempt: 0 }), texts = v.b.substitutions, manual = 0, i;
  if (texts.length === 0) {
    if (logged.length > 0) { return failsThat("公开日志记有 " + logged.length + " 次人员替换，验证包中却没有替换记录。"); }
    if (allLogged(v)) { return holdsThat("没有人员替换：直到公开，公开日志和验证包中都没有这样的记录。"); }
    return unknownThat("验证包中没有人员替换记录，无可核对。");
  }
  var why = lack(v, ["announce", "pool", "officers", "reveals", "beacon", "result"]);
  if (why) { return unknownThat(why + "，不能核对人员替换。"); }
  if (resultText(outcome(v)) !== v.b.result) { return unknownThat("公布的结果与重算不同（见 V6），替换无从核对。"); }
  var roster = new Roster(v.hash, v.seed, v.pool, v.officers, v.result);
  for (i = 0; i < v.subs.length; i++) {
    if (!v.subs[i]) { return unknownThat("第 " + (i + 1) + " 份替换记录不能读取（见 V1）。"); }
    why = roster.apply(v.subs[i]);
    if (why) { return failsThat(why + "。"); }
    manual += v.subs[i].reason === "manual" ? 1 : 0;
  }
  logged = entriesOf(v.log, "substitute", v.result);
  for (i = 0; i < logged.length; i++) {
    if (!texts.some(isOf.bind(null, logged[i].leaf))) { return failsThat("公开日志中有一次人员替换不在验证包的记录之列。"); }
  }
  if (manual > 0) { return holdsThat(v.subs.length + " 次人员替换，其中 " + manual + " 次在无人可依次递补后由人指定，其余依牌序进行。", "由人指定的替换请核对审批"); }
  return holdsThat(v.subs.length + " 次人员替换都依牌序进行。");
}

function published(v) {
  var why = lack(v, ["result", "ledger"]), open = 0, i;
  if (why) { return unknownThat(why + "，不能核对结果公示。"); }
  if (!sameHead(v.ledger, v.result)) { return failsThat("结果公示台账属于抽取 " + headName(v.ledger) + "，不是 " + headName(v.result) + "。"); }
  var kept = v.ledger.visits, selected = v.result.visits;
  for (i = 0; i < kept.length; i++) {
    if (!find(selected, "facility", kept[i].facility)) { return failsThat("台账中的 " + kept[i].facility + " 并未抽中。"); }
  }
  for (i = 0; i < selected.length; i++) {
    var name = selected[i].facility, k = find(kept, "facility", name);
    if (!k) { return failsThat("抽中的 " + name + " 在台账中没有下落。"); }
    if (k.published === null && k.due !== null && k.due < v.ledger.asOf) { return failsThat(name + " 的检查结果应于 " + formatTime(k.due) + " 前公示，台账截止时仍未公示。"); }
    if (k.published === null) { open++; }
    else if (k.published > k.due) { return failsThat(name + " 的检查结果迟于期限 " + formatTime(k.due) + " 公示。"); }
  }
  if (open > 0) { return unknownThat("有 " + open + " 个对象尚未检查或尚未到公示期限；其余都按期公示。"); }
  return recorded(v);
}

// recorded checks that the log had every published record in time.
function recorded(v) {
  var out = unusable(v.log), kept = v.ledger.visits;
  if (out) { out.why = "台账称都已按期公示，但无从印证：" + out.why; return out; }
  for (var i = 0; i < kept.length; i++) {
    var due = kept[i].due, timely = (v.log.records[kept[i].record] || []).some(function (leaf) {
      return seen(v.log, leaf, function (t) { return t <= due; }).timely;
    });
    if (!timely) { return unknownThat("台账称 " + kept[i].facility + " 的结果已按期公示，但日志摘录中没有期限前经见证的记录 " + kept[i].record + "。"); }
  }
  var keys = keysByHand(v.log);
  return holdsThat(kept.length + " 个对象的检查结果都在期限内公示，记录在期限前已由见证人见到。", "期限出自规则 " + v.ledger.rule + "，可另行复算" + (keys ? "；" + keys : ""));
}
