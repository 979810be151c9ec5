/** The self-check in a small internet of real namespaces: each part of the way dies, and the right one is blamed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PATIENCE_MS } from "../../../probe/self/self-check.ts";
import { inSmallInternet } from "../../support/netns.ts";

type Sample = {
  state: string;
  unknownReason?: string;
  failure?: { cause: string; source: string };
  note?: string;
  tookMs: number;
};

const SITE4 = "http://10.77.3.2:8080/";
const SITE6 = "http://[fd77:3::2]:8080/";
/** Answers at once on 8080; accepts and says nothing on 8081. */
const SERVERS = `ip netns exec dst "$NODE" -e '
  const open = require("net").createServer;
  require("http").createServer((q, r) => r.end("ok")).listen(8080, "::", () => open(() => {}).listen(8081, "::", () => console.log("serving")));
' > /run/serving & until grep -qs serving /run/serving; do sleep 0.05; done`;

async function samples(asked: Record<string, unknown>): Promise<Sample[]> {
  const argument = JSON.stringify({ references: [], resolvers: ["10.77.3.53"], ...asked });
  const ran = await inSmallInternet(
    `${SERVERS}\nip netns exec src "$NODE" test/support/self-driver.ts '${argument}'`,
  );
  const lines = ran.stdout
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  assert.ok(lines.length > 0, `${ran.stdout}\n${ran.stderr}`);
  return lines.map((line) => JSON.parse(line) as Sample);
}

const GATEWAY_GONE = "ip -n r1 addr flush dev e0; ip -n r1 -6 addr flush dev e0";
const BEYOND_DEAD = "ip -n r1 route replace blackhole default; ip -n r1 -6 route replace blackhole default";

const cases: readonly {
  name: string;
  asked: Record<string, unknown>;
  state: string;
  reason?: string;
  source?: string;
  note: RegExp;
}[] = [
  {
    name: "an interface without a link is the probe's fault",
    asked: { url: SITE4, steps: ["ip -n r1 link set e0 down", "measure"] },
    state: "unknown",
    reason: "probe-network",
    note: /e0 of this machine is down/,
  },
  {
    name: "a machine whose only interface is down has no network",
    asked: { url: SITE4, steps: ["ip link set e0 down", "measure"] },
    state: "unknown",
    reason: "probe-network",
    note: /this machine has no network/,
  },
  {
    name: "a machine without a route has itself to blame",
    asked: { url: SITE4, steps: ["ip route del default", "measure"] },
    state: "unknown",
    reason: "probe-network",
    note: /no route to 10\.77\.3\.2/,
  },
  {
    name: "a gateway that is gone is the probe's fault",
    asked: { url: SITE4, steps: [GATEWAY_GONE, "measure"] },
    state: "unknown",
    reason: "probe-network",
    note: /the gateway 10\.77\.1\.1 does not answer/,
  },
  {
    name: "an IPv6 gateway that is gone is the probe's fault",
    asked: { url: SITE6, steps: [GATEWAY_GONE, "measure"] },
    state: "unknown",
    reason: "probe-network",
    note: /the gateway fd77:1::1 does not answer/,
  },
  {
    name: "a gateway alive and nothing beyond it is the network's fault, and counts",
    asked: { url: "http://site.example/", references: ["10.77.3.2:8080"], steps: [BEYOND_DEAD, "measure"] },
    state: "down",
    source: "network",
    note: /the gateway 10\.77\.1\.1 answers, none of 1 reference points answers/,
  },
  {
    name: "the same over IPv6",
    asked: {
      url: SITE6,
      references: ["[fd77:3::2]:8080", "10.77.3.2:8080"],
      steps: [BEYOND_DEAD, "measure"],
    },
    state: "down",
    source: "network",
    note: /the gateway fd77:1::1 answers, none of 2 reference points answers/,
  },
  {
    name: "without reference points a dead network beyond the gateway changes nothing, and the note says what is known",
    asked: { url: "http://site.example/", steps: [BEYOND_DEAD, "measure"] },
    state: "down",
    source: "resolver",
    note: /the gateway 10\.77\.1\.1 answers; no reference points/,
  },
  {
    name: "one reference point that answers leaves the fault where it was",
    asked: {
      url: "http://10.77.3.2:8081/",
      references: ["10.77.3.99:1", "10.77.3.2:8080"],
      steps: ["measure"],
    },
    state: "down",
    source: "target",
    note: /1 of 2 reference points answer/,
  },
  {
    name: "a refusing reference point is alive",
    asked: { url: "http://10.77.3.2:8081/", references: ["10.77.3.2:9"], steps: ["measure"] },
    state: "down",
    source: "target",
    note: /1 of 1 reference points answer/,
  },
  {
    name: "bound to an address of this machine, the route of that address counts",
    asked: {
      url: SITE4,
      localAddress: "10.77.1.9",
      steps: [
        "ip addr add 10.77.1.9/24 dev e0; ip rule add from 10.77.1.9 lookup 99; ip route add unreachable default table 99",
        "measure",
      ],
    },
    state: "unknown",
    reason: "probe-network",
    note: /no route to 10\.77\.3\.2/,
  },
];

for (const { name, asked, state, reason, source, note } of cases) {
  test(name, async () => {
    const [sample] = await samples(asked);
    assert.deepEqual(
      [sample?.state, sample?.unknownReason, sample?.failure?.source],
      [state, reason, source],
      JSON.stringify(sample),
    );
    assert.match(sample?.note ?? "", note);
  });
}

test("with everything alive a sample passes at once, and a failing target beside it keeps its fault", async () => {
  const [up, after] = await samples({ url: SITE4, steps: ["measure", "measure"] });
  for (const sample of [up, after]) {
    assert.ok(sample?.state === "up" || sample?.state === "suspect", JSON.stringify(sample));
    assert.equal(sample?.note, undefined);
    assert.ok((sample?.tookMs ?? 9e9) < PATIENCE_MS, "no check was waited for");
  }
});

test("a gateway that once answered and is gone now is found out although the kernel still knows its link address", async () => {
  const [up, down] = await samples({
    url: SITE4,
    steps: [
      "measure",
      `sleep 2; ${GATEWAY_GONE}; ip neigh replace 10.77.1.1 lladdr 02:00:00:00:00:01 dev e0 nud stale`,
      "measure",
    ],
  });
  assert.ok(up?.state === "up" || up?.state === "suspect", JSON.stringify(up));
  assert.deepEqual([down?.state, down?.unknownReason], ["unknown", "probe-network"], JSON.stringify(down));
  assert.match(down?.note ?? "", /the gateway 10\.77\.1\.1 does not answer/);
});
