// What a party keeps to itself until everything else is frozen (section 3).

function commitText(head, party, nonce) { return headText(head) + "party " + party + "\nnonce " + nonce + "\n"; }

function parseCommit(text) {
  var r = new Reader("commit", text), c = r.origin();
  c.party = r.idOf("party");
  c.nonce = r.digestOf("nonce");
  return r.end(c);
}
