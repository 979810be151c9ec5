/** The real tools in a small internet of real namespaces: with the rights they want, without any, and with none installed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PathEvidence } from "../../../collector/wire/path-evidence.ts";
import { LOOK_MS } from "../../../probe/path/capture.ts";
import { TOTAL_MS } from "../../../probe/path/trace.ts";
import { inSmallInternet } from "../../support/netns.ts";

/** A site on 8080, and one with a certificate on 8443; every router knows its neighbours, as those of a living network do. */
const SERVERS = `ip netns exec dst "$NODE" --import ./test/support/no-network.ts -e '
  import("./test/support/test-ca.ts").then(({ testCa }) => {
    const answer = (q, r) => r.setHeader("set-cookie", "sid=secret; path=/").setHeader("x-seen", q.headers.host).end("ok");
    const http = require("http").createServer(answer);
    const https = require("https").createServer(testCa().leaf({ names: ["site.example"] }), answer);
    http.listen(8080, "::", () => https.listen(8443, "::", () => console.log("serving")));
  });
' > /run/serving & until grep -qs serving /run/serving; do sleep 0.05; done
for to in 10.77.3.2 fd77:3::2; do until ip netns exec src ping -qc1 -W1 $to > /dev/null; do :; done; done`;

/** What the hardened unit leaves a process: no capability, and none to be had from a file. */
const HARDENED = "setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all";
/** A PATH in which these are not; the probe's own list of folders is hidden behind mounts. */
const without = (...tools: string[]) =>
  tools
    .map(
      (tool) =>
        `for d in /usr/bin /usr/sbin /bin /sbin; do [ ! -e $d/${tool} ] || mount --bind /dev/null $(readlink -f $d/${tool}); done`,
    )
    .join("\n");

async function evidenceOf(
  asked: Record<string, unknown>,
  { as = "", before = "" }: { as?: string; before?: string } = {},
): Promise<{ evidence: PathEvidence; tookMs: number }> {
  const ran = await inSmallInternet(
    `${SERVERS}\n${before}\nip netns exec src ${as} "$NODE" test/support/path-driver.ts '${JSON.stringify(asked)}'`,
  );
  const line = ran.stdout.split("\n").find((one) => one.startsWith("{"));
  assert.ok(line !== undefined, `${ran.stdout}\n${ran.stderr}`);
  const { evidence, tookMs } = JSON.parse(line) as { evidence: unknown; tookMs: number };
  return { evidence: PathEvidence.parse(evidence), tookMs };
}

const hopsOf = (evidence: PathEvidence) => evidence.hops.map(({ address }) => address);
const THREE = ["10.77.1.1", "10.77.2.2", "10.77.3.2"];
const SITE = "http://10.77.3.2:8080/page?x=1";

test("with the rights for it the route is looked at by TCP to the target's port, and the answer's head is kept", async () => {
  const { evidence } = await evidenceOf({ url: SITE });
  assert.deepEqual([evidence.tool, evidence.reached, evidence.port], ["traceroute", true, 8080]);
  assert.deepEqual(hopsOf(evidence), THREE);
  assert.equal(evidence.note, undefined);
  assert.match(evidence.head ?? "", /^HTTP\/1\.1 200 OK\n/);
  assert.match(evidence.head ?? "", /x-seen: 10\.77\.3\.2:8080/);
  assert.match(evidence.head ?? "", /set-cookie: sid=\.\.\./i);
  assert.doesNotMatch(JSON.stringify(evidence), /secret/);
});

test("over IPv6, with the certificates that were sent", async () => {
  const { evidence } = await evidenceOf({ url: "https://[fd77:3::2]:8443/" });
  assert.deepEqual(hopsOf(evidence), ["fd77:1::1", "fd77:2::2", "fd77:3::2"]);
  assert.equal(evidence.reached, true);
  assert.equal(evidence.chain[0]?.subject, "site.example");
  assert.equal(evidence.chain[0]?.issuer, "carrierwatch test authority");
  assert.match(evidence.head ?? "", /^HTTP\/1\.1 200 OK/);
});

test("what the hardened unit allows is a route by UDP, and the note says so", async () => {
  const { evidence } = await evidenceOf({ url: SITE }, { as: HARDENED });
  assert.deepEqual([evidence.tool, evidence.reached], ["traceroute", true]);
  assert.deepEqual(hopsOf(evidence), THREE);
  assert.match(evidence.note ?? "", /by UDP.*CAP_NET_RAW/);
});

test("without traceroute each of the other tools takes its place", async () => {
  const want: readonly [gone: string[], as: string, tool: string][] = [
    [["traceroute.db", "traceroute"], "", "tcptraceroute"],
    [["traceroute.db", "traceroute", "tcptraceroute.mt", "tcptraceroute"], "", "mtr"],
    [["traceroute.db", "traceroute"], HARDENED, "tracepath"],
    [["traceroute.db", "traceroute", "stdbuf"], HARDENED, "tracepath"],
  ];
  for (const [gone, as, tool] of want) {
    const { evidence } = await evidenceOf({ url: SITE }, { as, before: without(...gone) });
    assert.deepEqual(
      [evidence.tool, hopsOf(evidence), evidence.reached],
      [tool, THREE, true],
      gone.join(" "),
    );
  }
});

test("where nothing works the note says what to install, and the rest of the evidence is there", async () => {
  const gone = ["traceroute.db", "traceroute", "tcptraceroute.mt", "tcptraceroute", "mtr", "tracepath"];
  const { evidence } = await evidenceOf({ url: SITE }, { before: without(...gone) });
  assert.deepEqual([evidence.tool, evidence.hops, evidence.reached], [null, [], false]);
  assert.match(evidence.note ?? "", /install traceroute/);
  assert.match(evidence.head ?? "", /200 OK/);
});

test("a route that ends in silence is cut at the first silent hop, within half a minute, by every tool", async () => {
  const dead = "ip -n r2 route add blackhole 10.77.9.0/24";
  const url = "http://10.77.9.9:8080/";
  for (const [as, gone] of [
    ["", []],
    [HARDENED, ["traceroute.db", "traceroute"]],
  ] as const) {
    const { evidence, tookMs } = await evidenceOf({ url }, { as, before: `${dead}\n${without(...gone)}` });
    assert.equal(evidence.hops[0]?.address, "10.77.1.1", JSON.stringify(evidence));
    assert.equal(evidence.reached, false);
    assert.equal(evidence.head, undefined);
    assert.ok(evidence.hops.length <= 3, JSON.stringify(evidence));
    assert.ok(tookMs < TOTAL_MS + LOOK_MS, `${tookMs}`);
  }
});

test("an address the guard does not allow is neither traced nor connected to", async () => {
  const { evidence } = await evidenceOf({ url: SITE, allow: [] });
  assert.deepEqual([evidence.tool, evidence.hops, evidence.chain, evidence.head], [null, [], [], undefined]);
  assert.match(evidence.note ?? "", /10\.77\.3\.2 is a private address/);
});

test("a name without an address says so; the probe's source address is kept to", async () => {
  const nameless = await evidenceOf({ url: "http://site.example/" });
  assert.equal(nameless.evidence.address, null);
  assert.match(nameless.evidence.note ?? "", /site\.example has no address/);
  const bound = await evidenceOf(
    { url: SITE, localAddress: "10.77.1.9" },
    {
      before:
        "ip -n src addr add 10.77.1.9/24 dev e0; ip -n r1 route add blackhole 10.77.1.2; ip -n r2 route add blackhole 10.77.1.2; ip -n dst route add blackhole 10.77.1.2",
    },
  );
  assert.deepEqual(hopsOf(bound.evidence), THREE);
  assert.match(bound.evidence.head ?? "", /200 OK/);
});
