/**
 * Which networks the offline table knows, under which name, and which carrier's they are: the list its maker reads.
 *
 * Carriers of mainland China are found by the registered names of their many provincial networks; of the rest of the
 * world, the backbones and clouds that a route from there ends in or passes through. Pure, read by `deploy/networks.ts`.
 */
import type { NetworkHint } from "../wire/path-evidence.ts";

type Kin = { readonly pattern: RegExp; readonly name: string; readonly carrier?: string };

/** By registered name, first that fits. International arms keep their own name and are no access carrier. */
const BY_NAME: readonly Kin[] = [
  {
    pattern: /china telecom.*(?:global|americas|europe|hong ?kong|international)|ctamericas/i,
    name: "China Telecom Global",
  },
  {
    pattern: /china unicom.*(?:hong ?kong|global|americas|europe|international)/i,
    name: "China Unicom Global",
  },
  { pattern: /china mobile.*(?:hong ?kong|international)/i, name: "China Mobile International" },
  { pattern: /chinanet|china ?telecom|chinatelecom|^ct-/i, name: "China Telecom", carrier: "ct" },
  { pattern: /china ?unicom|china169|^unicom |cncgroup|china netcom/i, name: "China Unicom", carrier: "cnc" },
  { pattern: /china mobile|cmnet|china tietong|chinamobile/i, name: "China Mobile", carrier: "cmcc" },
  { pattern: /cernet|china education and research/i, name: "CERNET" },
  { pattern: /china broadcast/i, name: "China Broadnet" },
];

/** By number, before any name. */
const BY_NUMBER: ReadonlyMap<number, Omit<Kin, "pattern">> = new Map<number, Omit<Kin, "pattern">>([
  [4809, { name: "China Telecom CN2", carrier: "ct" }],
  [4134, { name: "China Telecom", carrier: "ct" }],
  [4847, { name: "China Telecom", carrier: "ct" }],
  [23724, { name: "China Telecom", carrier: "ct" }],
  [36678, { name: "China Telecom Global" }],
  [23764, { name: "China Telecom Global" }],
  [4837, { name: "China Unicom", carrier: "cnc" }],
  [4808, { name: "China Unicom", carrier: "cnc" }],
  [9929, { name: "China Unicom premium (CUII)", carrier: "cnc" }],
  [17621, { name: "China Unicom", carrier: "cnc" }],
  [10099, { name: "China Unicom Global" }],
  [9808, { name: "China Mobile", carrier: "cmcc" }],
  [58453, { name: "China Mobile International" }],
  [58807, { name: "China Mobile International" }],
  [9394, { name: "China Mobile (Tietong)", carrier: "cmcc" }],
  [4538, { name: "CERNET" }],
  [23910, { name: "CERNET2" }],
  [7497, { name: "CSTNET" }],
  [37963, { name: "Alibaba Cloud" }],
  [45102, { name: "Alibaba Cloud" }],
  [24429, { name: "Alibaba" }],
  [45090, { name: "Tencent Cloud" }],
  [132203, { name: "Tencent Cloud" }],
  [55990, { name: "Huawei Cloud" }],
  [136907, { name: "Huawei Cloud" }],
  [38365, { name: "Baidu" }],
  [55967, { name: "Baidu" }],
  [137718, { name: "Volcano Engine" }],
  [396986, { name: "ByteDance" }],
  [138699, { name: "ByteDance" }],
  [59019, { name: "Kingsoft Cloud" }],
  [135377, { name: "UCloud" }],
  [13335, { name: "Cloudflare" }],
  [15169, { name: "Google" }],
  [396982, { name: "Google Cloud" }],
  [16509, { name: "Amazon" }],
  [14618, { name: "Amazon" }],
  [8075, { name: "Microsoft" }],
  [54113, { name: "Fastly" }],
  [20940, { name: "Akamai" }],
  [16625, { name: "Akamai" }],
  [63949, { name: "Akamai (Linode)" }],
  [36459, { name: "GitHub" }],
  [32934, { name: "Meta" }],
  [31898, { name: "Oracle Cloud" }],
  [14061, { name: "DigitalOcean" }],
  [24940, { name: "Hetzner" }],
  [16276, { name: "OVHcloud" }],
  [6939, { name: "Hurricane Electric" }],
  [174, { name: "Cogent" }],
  [1299, { name: "Arelion" }],
  [2914, { name: "NTT" }],
  [3257, { name: "GTT" }],
  [3356, { name: "Lumen" }],
  [3491, { name: "PCCW Global" }],
  [4637, { name: "Telstra Global" }],
  [5511, { name: "Orange" }],
  [6453, { name: "Tata Communications" }],
  [6762, { name: "Sparkle" }],
  [3320, { name: "Deutsche Telekom" }],
  [6830, { name: "Liberty Global" }],
  [7018, { name: "AT&T" }],
  [701, { name: "Verizon" }],
  [12956, { name: "Telxius" }],
  [9002, { name: "RETN" }],
  [21859, { name: "Zenlayer" }],
  [4760, { name: "HKT" }],
  [9304, { name: "HGC" }],
  [9269, { name: "HKBN" }],
  [3462, { name: "Chunghwa Telecom" }],
  [2516, { name: "KDDI" }],
  [17676, { name: "SoftBank" }],
  [4766, { name: "Korea Telecom" }],
  [9318, { name: "SK Broadband" }],
  [7473, { name: "Singtel" }],
]);

/**
 * What the table says of a network.
 *
 * @param asn Number of the autonomous system.
 * @param registered Its name as registered; hostile text.
 * @returns null: the table leaves this network out.
 */
export function chosen(asn: number, registered: string): (NetworkHint & { readonly asn: number }) | null {
  const kin = BY_NUMBER.get(asn) ?? BY_NAME.find(({ pattern }) => pattern.test(registered));
  if (kin === undefined) return null;
  return { asn, name: kin.name, ...(kin.carrier === undefined ? {} : { carrier: kin.carrier }) };
}
