// The draw itself (section 4): chances, ruler, deal, replacements, and the tree
// of notices.

// rates applies a policy to a register (fdraw-rate-1).
function rates(policy, registry) {
  var out = [];
  for (var i = 0; i < registry.entries.length; i++) { out.push(chance(policy, registry.entries[i])); }
  return out;
}

function chance(p, e) {
  function is(ppm, reason) { return { facility: e.facility, ppm: ppm, reason: reason }; }
  if (e.status !== "active") { return is(0, e.status); }
  if (e.plan.living < p.censusBelow) { return e.drawn ? is(p.floor, "floor") : is(Math.floor(CERTAIN / (e.plan.of - e.plan.draw + 1)), "census"); }
  var flagged = e.flags.length > 0, cap = find(p.caps, "category", e.category), grade = e.grade || "U";
  if (flagged && p.times === 0) { return is(CERTAIN, "must"); }
  if (cap && e.inspected >= cap.times && !flagged) { return cap.hard ? is(0, "cap") : is(p.floor, "floor"); }
  var rate = find(p.rates, "key", e.category + " " + grade + " " + e.risk);
  if (!rate) { wrong("对象 " + e.facility + "：抽取政策没有规定类别 " + e.category + "、等级 " + grade + "、风险 " + e.risk + " 的抽取率"); }
  return is(Math.max(p.floor, flagged ? Math.min(CERTAIN, rate.ppm * p.times) : rate.ppm), "rate");
}

function byKey(a, b) { return a.key < b.key ? -1 : a.key > b.key ? 1 : 0; }

// startOf is where the first tick of the ruler falls.
function startOf(hash, seed) {
  var start = 0, digest = labeled(hash, "start", seed + "\n");
  for (var i = 0; i < 64; i += 2) { start = (start * 256 + parseInt(digest.substr(i, 2), 16)) % CERTAIN; }
  return start;
}

// ruler lays all units end to end, each as long as its probability, and returns
// the offset of those that lie under a tick. line is filled with every unit in
// its order, for the picture.
function ruler(hash, seed, units, line) {
  var strata = {}, start = startOf(hash, seed), edge = 0, hits = {}, i;
  for (i = 0; i < units.length; i++) {
    var u = units[i], s = "+" + u.stratum;
    strata[s] = strata[s] || labeled(hash, "stratum", seed + "\n" + u.stratum + "\n");
    line.push({ key: strata[s] + labeled(hash, "unit", seed + "\n" + u.facility + "\n") + u.facility, unit: u });
  }
  line.sort(byKey);
  for (i = 0; i < line.length; i++) {
    var offset = (start - edge + CERTAIN) % CERTAIN;
    if (offset < line[i].unit.ppm) { hits["+" + line[i].unit.facility] = offset; }
    edge = (edge + line[i].unit.ppm) % CERTAIN;
  }
  return hits;
}

// drawAgain makes the result of a seed.
function drawAgain(hash, seed, pool, officers) {
  var out = { draw: pool.draw, attempt: pool.attempt, visits: [], line: [], vacant: 0 }, tasks = {}, depts = [], i, j, k;
  var hits = ruler(hash, seed, pool.units, out.line);
  for (i = 0; i < pool.units.length; i++) {
    var u = pool.units[i], offset = hits["+" + u.facility];
    if (offset === undefined) { continue; }
    var v = { facility: u.facility, offset: offset, seats: [] };
    out.visits.push(v);
    var needs = u.demand.slice().sort(function (a, b) { return a.dept < b.dept ? -1 : 1; });
    for (j = 0; j < needs.length; j++) {
      var n = needs[j];
      if (n.below > 0 && offset >= n.below) { continue; }
      if (!tasks["+" + n.dept]) { tasks["+" + n.dept] = []; depts.push(n.dept); }
      for (k = 1; k <= n.count; k++) {
        var seat = { dept: n.dept, j: k, officer: "", facility: u.facility, skill: k === 1 ? n.skill : "" };
        v.seats.push(seat);
        tasks["+" + n.dept].push(seat);
      }
    }
  }
  for (i = 0; i < depts.length; i++) { out.vacant += deal(hash, seed, depts[i], tasks["+" + depts[i]], officers, out.visits.length); }
  return out;
}

// A deck holds one department's cards: card k of an officer is his k-th visit.
// All first cards come before all second ones; a round is shuffled when it is
// first needed. Nobody uses more cards than there are visits.
function Deck(hash, seed, dept, officers, visits) {
  this.begin = function (k, officer) { return labeled(hash, "card", seed + "\n" + dept + "\n" + k + "\n" + officer + "\n"); };
  this.staff = [];
  this.rounds = [];
  this.last = 0;
  this.low = 1; // no round below it has an unused card
  for (var i = 0; i < officers.officers.length; i++) {
    var o = officers.officers[i];
    if (o.dept !== dept) { continue; }
    this.staff.push({ id: o.id, skills: o.skills, most: Math.min(o.max, visits), load: 0 });
    this.last = Math.max(this.last, Math.min(o.max, visits));
  }
}

Deck.prototype = {
  round: function (k) {
    if (!this.rounds[k]) {
      var cards = [];
      for (var i = 0; i < this.staff.length; i++) {
        var o = this.staff[i];
        if (o.most >= k) { cards.push({ key: this.begin(k, o.id) + o.id, officer: o }); }
      }
      this.rounds[k] = cards.sort(byKey);
    }
    return this.rounds[k];
  },
  // top is the officer of the first unused card that fits, or null.
  top: function (fits) {
    for (var k = this.low; k <= this.last; k++) {
      var cards = this.round(k), unused = 0;
      for (var i = 0; i < cards.length; i++) {
        if (cards[i].officer.load >= k) { continue; }
        unused++;
        if (fits(cards[i].officer)) { return cards[i].officer; }
      }
      if (unused === 0 && k === this.low) { this.low++; }
    }
    return null;
  }
};

function barring(officers) {
  var out = {};
  for (var i = 0; i < officers.barred.length; i++) {
    var x = officers.barred[i], key = x.officer + " " + x.facility;
    out[key] = (out[key] || []).concat(x.code);
  }
  return out;
}

// deal seats one department's officers (fdraw-deal-1), writes them into seats,
// and returns how many stay empty.
function deal(hash, seed, dept, seats, officers, visits) {
  var deck = new Deck(hash, seed, dept, officers, visits), barred = barring(officers), order = seats.slice(), mates = {}, vacant = 0, i;
  var ticket = {};
  for (i = 0; i < order.length; i++) {
    var s = order[i], f = "+" + s.facility;
    ticket[f] = ticket[f] || labeled(hash, "visit", seed + "\n" + dept + "\n" + s.facility + "\n");
    s.key = (s.skill ? "0" : "1") + ticket[f] + s.facility + " " + pad(String(s.j), 2);
    s.holder = null;
    (mates[f] = mates[f] || []).push(s);
  }
  order.sort(byKey);
  for (i = 0; i < deck.staff.length; i++) { deck.staff[i].held = []; }

  function ok(seat, o) { return (!seat.skill || o.skills.indexOf(seat.skill) >= 0) && !barred[o.id + " " + seat.facility]; }
  function within(seat, o) {
    var m = mates["+" + seat.facility];
    for (var k = 0; k < m.length; k++) {
      if (m[k].holder === o) { return m[k]; }
    }
    return null;
  }
  function sit(seat, o) {
    if (seat.holder) { seat.holder.held.splice(seat.holder.held.indexOf(seat), 1); }
    seat.holder = o;
    o.held.push(seat);
  }
  // reseat looks breadth first for the shortest chain of moves that fills a seat.
  function reseat(start) {
    var queue = [start], firsts = deck.round(1);
    start.seen = start;
    start.parent = null;
    for (var q = 0; q < queue.length; q++) {
      for (var k = 0; k < firsts.length; k++) {
        var o = firsts[k].officer, at = queue[q];
        if (o === at.holder || !ok(at, o)) { continue; }
        var own = within(at, o);
        if (!own && o.load < o.most) {
          o.load++;
          while (at) {
            var freed = at.holder;
            sit(at, o);
            at = at.parent;
            o = freed;
          }
          return;
        }
        var reached = own ? [own] : o.held.slice().sort(byKey);
        for (var m = 0; m < reached.length; m++) {
          if (reached[m].seen !== start) {
            reached[m].seen = start;
            reached[m].parent = at;
            queue.push(reached[m]);
          }
        }
      }
    }
  }

  for (i = 0; i < order.length; i++) {
    var seat = order[i], o = deck.top(function (p) { return ok(seat, p) && !within(seat, p); });
    if (o) { sit(seat, o); o.load++; } else { reseat(seat); }
  }
  for (i = 0; i < order.length; i++) {
    if (order[i].holder) { order[i].officer = order[i].holder.id; } else { vacant++; }
  }
  return vacant;
}

// The tree of notices (RFC 6962): always SHA-256.
function leafHash(text) { return sha256("\x00" + text); }
function nodeHash(left, right) { return sha256("\x01" + left + right); }

function treeRoot(leaves) {
  if (leaves.length === 0) { return sha256(""); }
  if (leaves.length === 1) { return leaves[0]; }
  var k = 1;
  while (2 * k < leaves.length) { k *= 2; }
  return nodeHash(treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

// proves reports whether a proof shows that text is its leaf of a tree.
function proves(proof, root, text) {
  function climb(i, n, path) {
    if (n === 1) { return path.length === 0 ? leafHash(text) : ""; }
    if (path.length === 0) { return ""; }
    var k = 1, last = path[path.length - 1], rest = path.slice(0, path.length - 1);
    while (2 * k < n) { k *= 2; }
    var below = i < k ? climb(i, k, rest) : climb(i - k, n - k, rest);
    return below === "" ? "" : i < k ? nodeHash(below, last) : nodeHash(last, below);
  }
  return proof.index >= 0 && proof.index < proof.size && climb(proof.index, proof.size, proof.path) === root;
}

// seal is what must have been published before the first visit.
function seal(hash, seed, reveals, beacon, result) {
  var leaves = [];
  for (var i = 0; i < result.visits.length; i++) {
    var v = result.visits[i], salt = labeled(hash, "salt", seed + "\n" + v.facility + "\n");
    leaves.push(leafHash("fdraw/v1 notice\n" + headText(result) + visitText(v) + "salt " + salt + "\n"));
  }
  var s = { notices: leaves.length, root: treeRoot(leaves), seedCommit: labeled(hash, "sealed", seed + "\n"), result: labeled(hash, "result", seed + "\n" + result.text) };
  s.text = "fdraw/v1 sealed\n" + headText(reveals) + "reveals " + labeled(hash, "reveals", reveals.text) + "\nbeacon " + labeled(hash, "beacon", beacon.text) +
    "\nseed-commit " + s.seedCommit + "\nresult " + s.result + "\nnotices " + s.notices + " " + toBase64(s.root) + "\n";
  return s;
}
