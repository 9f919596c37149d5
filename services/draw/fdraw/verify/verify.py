#!/usr/bin/env python3
"""复核一次双随机抽取。不联网，只用标准库：python3 verify.py 验证包.json
核对 V2、V3、V4、V6、V7，即名单是不是按规则抽出来的；其余各项请用网页或 shenzhong verify draw。"""
import base64, hashlib, json, re, sys

def sm3(data):  # GB/T 32905-2016
    rot = lambda x, n: (x << n % 32 | x >> 32 - n % 32) & 0xFFFFFFFF
    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    data += b"\x80" + bytes(-(len(data) + 9) % 64) + (8 * len(data)).to_bytes(8, "big")
    for at in range(0, len(data), 64):
        w = [int.from_bytes(data[i:i + 4], "big") for i in range(at, at + 64, 4)]
        for j in range(16, 68):
            w.append((x := w[j - 16] ^ w[j - 9] ^ rot(w[j - 3], 15)) ^ rot(x, 15) ^ rot(x, 23) ^ rot(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = v
        for j in range(64):
            s = rot((rot(a, 12) + e + rot(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & 0xFFFFFFFF, 7)
            x = ((a ^ b ^ c if j < 16 else a & b | a & c | b & c) + d + (s ^ rot(a, 12)) + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
            y = ((e ^ f ^ g if j < 16 else e & f | ~e & g) + h + s + w[j]) & 0xFFFFFFFF
            a, b, c, d, e, f, g, h = x, a, rot(b, 9), c, y ^ rot(y, 9) ^ rot(y, 17), e, rot(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in v)

quick = "sm3" in hashlib.algorithms_available  # 系统自带的 SM3 快百倍
def ruler(H, seed, units):  # 抽签尺：对象按杂凑值排成一列，各长其概率；尺子每一百万一刻度，落在谁身上谁抽中
    start, edge, hits = int(H("start", f"{seed}\n"), 16), 0, {}
    for *_, facility, length in sorted((H("stratum", f"{seed}\n{w[2]}\n"), H("unit", f"{seed}\n{w[1]}\n"), w[1], int(w[3])) for w in units):
        if (start - edge) % 1000000 < length: hits[facility] = (start - edge) % 1000000
        edge += length
    return hits
def needs(word, offset):  # 要来的 (部门, 人数, 专长)；写有 @概率 的部门，偏移小于它才来
    parts = [re.fullmatch(r"(.+):(\d+)(?:/([^@]+))?(?:@(\d+))?", need).groups() for need in word.split(",") if need != "-"]
    return [(dept, int(count), skill or "") for dept, count, skill, below in parts if not below or offset < int(below)]

def deal(H, seed, dept, tasks, staff, barred):  # 一个部门发牌派员。tasks 是 (对象, 人数, 专长)，staff 是 人员: (上限, 专长)
    ticket = {f: H("visit", f"{seed}\n{dept}\n{f}\n") for f, _, _ in tasks}
    seats = sorted((j > 1 or not skill, ticket[f], f, j, skill * (j == 1)) for f, n, skill in tasks for j in range(1, n + 1))
    deck = sorted((k, H("card", f"{seed}\n{dept}\n{k}\n{o}\n"), o) for o in staff for k in range(1, min(staff[o][0], len(tasks)) + 1))
    firsts, holder = [o for k, _, o in deck if k == 1], [None] * len(seats)
    fits = lambda s, o: (not seats[s][4] or seats[s][4] in staff[o][1]) and (o, seats[s][2]) not in barred
    places = lambda o, f=None: [s for s in range(len(seats)) if holder[s] == o and f in (None, seats[s][2])]
    for start in range(len(seats)):
        card = next((c for c in deck if fits(start, c[2]) and not places(c[2], seats[start][2])), None)
        if card: holder[start] = deck.pop(deck.index(card))[2]
        queue, parent = [] if card else [start], {start: None}  # 没有合适的牌，就找最短的一串换座
        while queue and holder[start] is None:
            q = queue.pop(0)
            for o in [o for o in firsts if o != holder[q] and fits(q, o)]:
                reach, card = places(o, seats[q][2]), next((c for c in deck if c[2] == o), None)
                if not reach and card:
                    deck.remove(card)
                    while q is not None: holder[q], o, q = o, holder[q], parent[q]
                    break
                queue += [s for s in reach or places(o) if s not in parent]
                parent.update((s, q) for s in queue if s not in parent)
    return {(f, dept, j): o or "-" for (_, _, f, j, _), o in zip(seats, holder)}

def root(leaves):  # 通知树（RFC 6962），一律用 SHA-256
    k = 1 << (len(leaves) - 1).bit_length() - 1 if len(leaves) > 1 else 0
    text = b"\1" + root(leaves[:k]) + root(leaves[k:]) if k else b"".join(b"\0" + leaf for leaf in leaves)
    return hashlib.sha256(text).digest()

def demand(good, why):
    if not good: raise AssertionError(why)
names = "announce policy pool officers freeze reveals beacon result sealed".split()
def check(bundle):  # 返回 {编号: (名称, 结论, 理由)}
    tidy = lambda name: re.fullmatch(rf"fdraw/v1 {name}\n(?:[!-~]+(?: [!-~]+)*\n)+", bundle.get(name) or "")
    files = {name: [line.split(" ") for line in bundle[name].splitlines()] for name in names if tidy(name)}
    rows = lambda name, *words: [w for w in files[name] if w[0] in words]
    word = lambda name, key: rows(name, key)[0][1]
    head = lambda name: "".join(" ".join(w) + "\n" for w in files[name][1:3])
    hashes = {"sha256": lambda b: hashlib.sha256(b).digest(), "sm3": lambda b: hashlib.new("sm3", b).digest() if quick else sm3(b)}
    H = lambda label, body: hashes[word("announce", "hash")](f"fdraw/v1/{label}\n{body}".encode()).hex()
    bind = lambda name: files[name] and H(name, bundle[name])
    seed = lambda: H("seed", f"{head('reveals')}reveals {bind('reveals')}\nbeacon {bind('beacon')}\n")
    def parties():
        commits, told, party = ([w[1] for w in rows(*r)] for r in (("freeze", "commit"), ("reveals", "reveal", "absent"), ("announce", "party")))
        demand({*commits} <= {*party} and commits == told, "公告的参与方、提交承诺的、揭示文件所列的对不上。")
        demand(len(rows("reveals", "reveal")) >= int(word("announce", "quorum")), "揭示的单位少于法定数目。")
        return f"承诺 {len(commits)} 方，揭示 {len(rows('reveals', 'reveal'))} 方，达到法定数目。"
    def chain():
        for name in {*files} - {"policy", "beacon"}: demand(head(name) == head("announce"), f"{name} 文件不属于公告的抽取。")
        for owner, name in zip("announce freeze freeze freeze reveals sealed sealed".split(), "policy announce pool officers freeze reveals beacon".split()):
            demand(not {owner, name} <= {*files} or word(owner, name) == bind(name), f"{name} 文件在绑定之后被改动过。")
        return f"{len([files[name] for name in names[:7]])} 个文件逐级以摘要相连，种子为 {seed()}。"
    def nonces():
        for _, party, nonce in rows("reveals", "reveal"):
            promise = H("commit", f"{head('freeze')}party {party}\nnonce {nonce}\n")
            demand(["commit", party, promise] in files["freeze"], f"{party} 揭示的随机数与它的承诺不符。")
        return f"揭示的 {len(rows('reveals', 'reveal'))} 个随机数都与冻结前的承诺相符。" if rows("reveals", "reveal") else files["揭示"]
    def redraw():
        units, people, barred = rows("pool", "f"), rows("officers", "o"), {(w[1], w[2]) for w in rows("officers", "x")}
        hits, tasks, seats = ruler(H, seed(), units), {}, {}
        for w in units:
            for dept, n, skill in needs(w[5], hits[w[1]]) if w[1] in hits else []: tasks.setdefault(dept, []).append((w[1], n, skill))
        for dept in tasks:
            seats.update(deal(H, seed(), dept, tasks[dept], {w[1]: (int(w[3]), w[4].split(",")) for w in people if w[2] == dept}, barred))
        again = f"fdraw/v1 result\n{head('pool')}count {len(hits)}\n" + "".join(
            f"sel {f} {hits[f]}\n" + "".join(f"seat {f} {d} {j} {o}\n" for (g, d, j), o in sorted(seats.items()) if g == f) for f in sorted(hits))
        demand(files["result"] and again == bundle["result"], "重算的名单与公布的不同。应为：\n" + again)
        return f"重算 {len(units)} 个对象的抽取和 {len(hits)} 个检查组的派员，与公布的结果逐字节相同。"
    def sealing():
        visits, secret = re.findall(r"(sel (\S+) .*\n(?:seat .*\n)*)", bundle["result"] if files["result"] else ""), seed() + "\n"
        leaves = [f"fdraw/v1 notice\n{head('result')}{lines}salt {H('salt', f'{secret}{f}' + chr(10))}\n".encode() for lines, f in visits]
        again = f"fdraw/v1 sealed\n{head('reveals')}reveals {bind('reveals')}\nbeacon {bind('beacon')}\nseed-commit {H('sealed', secret)}\n"
        again += f"result {H('result', secret + bundle['result'])}\nnotices {len(leaves)} {base64.b64encode(root(leaves)).decode()}\n"
        demand(files["sealed"] and again == bundle["sealed"], "检查前封存的不是这个种子、这份结果。")
        return f"种子、结果和 {len(leaves)} 份通知都与检查前封存的一致。"
    report = {}
    for title, run in zip("V2 参与方/V3 逐级绑定/V4 承诺与揭示/V6 抽取重算/V7 密封与通知".split("/"), (parties, chain, nonces, redraw, sealing)):
        try: report[title[:2]] = title, "holds", run()
        except AssertionError as e: report[title[:2]] = title, "fails", str(e)
        except KeyError as e: report[title[:2]] = title, "not applicable", f"验证包中没有可读的 {e.args[0]}，不能核对。"
        except (ValueError, IndexError, AttributeError) as e: report[title[:2]] = title, "fails", f"文件的写法不合规定（{e}）。"
    return report
if __name__ == "__main__":
    outcome = check(json.load(open(sys.argv[1], encoding="utf-8")))
    for title, status, why in outcome.values():
        print(title, {"holds": "成立", "fails": "不成立", "not applicable": "无从核对"}[status], why, sep="　")
    sys.exit(any(status != "holds" for _, status, _ in outcome.values()))
