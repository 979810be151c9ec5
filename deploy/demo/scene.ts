/**
 * The scene of the demo as data: three carriers with their characters, the pages they measure, and what goes wrong.
 *
 * Everything in it is invented and marked as simulated on every page. Times in ms, rates in bytes per ms.
 * Next stop: `conditions.ts`, which turns it into delays at an instant.
 */

export type DemoCarrier = {
  readonly id: "ct" | "cnc" | "cmcc";
  readonly vantage: string;
  readonly name: string;
  /** Where its resolver says the pages are: each carrier reaches a node of its own, so the node knows who asks. */
  readonly address: string;
  /** Its second node, for pages that are measured address by address. */
  readonly spare: string;
  readonly dnsMs: number;
  readonly rttMs: number;
  readonly bytesPerMs: number;
  /** How much slower the busiest hour of the evening is: 0.4 = 40 %. */
  readonly evening: number;
  /** Standard deviation of the logarithm of every delay. */
  readonly noise: number;
  /** Share of measurements that fail for no reason anybody finds. */
  readonly loss: number;
};

export type DemoTarget = {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly host: string;
  readonly path: string;
  readonly scheme: "https" | "http";
  readonly stepS: 60 | 300;
  /** How long the page's server thinks, ms. */
  readonly thinkMs: number;
  readonly bodyBytes: number;
  /** Days of history behind it. */
  readonly days: number;
  /** Alarm line on total, ms. */
  readonly totalLimitMs: number;
  /** It has two nodes at each carrier, measured one by one. */
  readonly everyAddress?: true;
};

/** What an incident does to the measurements it touches. */
export type Effect =
  | { readonly kind: "slow"; readonly factor: number }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "dns"; readonly cause: "dns-timeout" | "servfail" }
  | { readonly kind: "connect" }
  /** The vantage itself is away: nobody measures. */
  | { readonly kind: "away" };

export type DemoIncident = {
  readonly fromS: number;
  readonly toS: number;
  /** Empty = every carrier. */
  readonly carriers: readonly string[];
  /** Empty = every target. */
  readonly targets: readonly string[];
  readonly effect: Effect;
};

export const CARRIERS: readonly DemoCarrier[] = [
  {
    id: "ct",
    vantage: "demo-ct",
    name: "上海电信（模拟）",
    address: "127.77.0.1",
    spare: "127.77.0.11",
    dnsMs: 9,
    rttMs: 14,
    bytesPerMs: 5_200,
    evening: 0.35,
    noise: 0.1,
    loss: 0.0004,
  },
  {
    id: "cnc",
    vantage: "demo-cnc",
    name: "北京联通（模拟）",
    address: "127.77.0.2",
    spare: "127.77.0.21",
    dnsMs: 13,
    rttMs: 23,
    bytesPerMs: 3_600,
    evening: 0.8,
    noise: 0.13,
    loss: 0.0008,
  },
  {
    id: "cmcc",
    vantage: "demo-cmcc",
    name: "广州移动（模拟）",
    address: "127.77.0.3",
    spare: "127.77.0.31",
    dnsMs: 19,
    rttMs: 34,
    bytesPerMs: 2_500,
    evening: 0.55,
    noise: 0.17,
    loss: 0.0014,
  },
];

const PAGE = { scheme: "https", stepS: 300, days: 366 } as const;
const SHOP = "shop.example";
const NEWS = "news.example";

export const TARGETS: readonly DemoTarget[] = [
  {
    ...PAGE,
    id: "shop-home",
    name: "商城首页",
    group: SHOP,
    host: "www.shop.example",
    path: "/",
    thinkMs: 48,
    bodyBytes: 82_000,
    totalLimitMs: 450,
  },
  {
    ...PAGE,
    id: "shop-pay",
    name: "支付页",
    group: SHOP,
    host: "pay.shop.example",
    path: "/checkout",
    stepS: 60,
    days: 366,
    thinkMs: 95,
    bodyBytes: 24_000,
    totalLimitMs: 500,
  },
  {
    ...PAGE,
    id: "shop-images",
    name: "商品图片",
    group: SHOP,
    host: "img.shop.example",
    path: "/hero.jpg",
    thinkMs: 12,
    bodyBytes: 420_000,
    totalLimitMs: 800,
    everyAddress: true,
  },
  {
    ...PAGE,
    id: "news-home",
    name: "新闻首页",
    group: NEWS,
    host: "www.news.example",
    path: "/",
    thinkMs: 70,
    bodyBytes: 140_000,
    totalLimitMs: 600,
  },
  {
    ...PAGE,
    id: "news-api",
    name: "资讯接口",
    group: NEWS,
    host: "api.news.example",
    path: "/v1/feed",
    scheme: "http",
    stepS: 60,
    days: 366,
    thinkMs: 36,
    bodyBytes: 16_000,
    totalLimitMs: 300,
  },
];

const HOUR = 3_600;
const DAY = 86_400;

/** The past: days ago (of the evening, Beijing time), how long, and what. */
const PAST: readonly [number, number, number, readonly string[], readonly string[], Effect][] = [
  [1, 19.6, 2.9, ["cnc"], [], { kind: "slow", factor: 3.4 }],
  [3, 10.4, 0.25, [], ["shop-pay"], { kind: "status", status: 502 }],
  [6, 20.1, 0.7, ["cmcc"], [], { kind: "dns", cause: "dns-timeout" }],
  [12, 3.2, 5.5, ["cmcc"], [], { kind: "away" }],
  [19, 15.5, 0.6, ["ct"], ["news-home", "news-api"], { kind: "connect" }],
  [33, 19.9, 3.1, ["cnc"], [], { kind: "slow", factor: 2.8 }],
  [48, 9.3, 0.5, [], ["shop-home", "shop-images"], { kind: "status", status: 503 }],
  [71, 14.2, 1.8, ["cmcc"], [], { kind: "slow", factor: 4.2 }],
  [96, 2, 9, ["ct"], [], { kind: "away" }],
  [128, 20.5, 0.9, ["cnc"], [], { kind: "dns", cause: "servfail" }],
  [163, 11.1, 0.4, [], ["news-home"], { kind: "status", status: 500 }],
  [197, 18.8, 4.5, ["ct", "cnc"], [], { kind: "slow", factor: 2.2 }],
  [240, 13.4, 1.2, ["cmcc"], ["shop-home", "shop-images"], { kind: "connect" }],
  [281, 0.5, 30, ["cnc"], [], { kind: "away" }],
  [318, 19.5, 3.5, ["cmcc"], [], { kind: "slow", factor: 3 }],
];

/**
 * What went wrong before the demo was first started.
 *
 * @param startS When that was, UTC seconds; every incident lies before it.
 */
export function pastIncidents(startS: number): DemoIncident[] {
  const beijingMidnightS = Math.floor((startS + 8 * HOUR) / DAY) * DAY - 8 * HOUR;
  return PAST.map(([daysAgo, hour, hours, carriers, targets, effect]) => {
    const fromS = Math.round(beijingMidnightS - daysAgo * DAY + hour * HOUR);
    return { fromS, toS: Math.round(fromS + hours * HOUR), carriers, targets, effect };
  });
}

/** The trouble that is under way when the demo is first opened: it began a quarter of an hour before. */
export function leadIn(startS: number): DemoIncident[] {
  return hourlyIncidents(startS, startS)
    .filter((incident) => incident.fromS === startS)
    .map((incident) => ({ ...incident, fromS: startS - HOUR / 4, toS: startS }));
}

/** While the demo runs, every hour from its start brings the same three troubles: minutes from and to. */
const HOURLY: readonly [number, number, readonly string[], readonly string[], Effect][] = [
  [0, 9, ["cnc"], ["shop-pay", "news-api", "shop-images"], { kind: "slow", factor: 6 }],
  [24, 29, [], ["shop-pay"], { kind: "status", status: 503 }],
  [42, 47, ["cmcc"], ["news-api", "news-home"], { kind: "dns", cause: "servfail" }],
];

/** What goes wrong at an instant while the demo runs; `sinceS` is when it was started. */
export function hourlyIncidents(sinceS: number, atS: number): DemoIncident[] {
  const hourS = sinceS + Math.floor((atS - sinceS) / HOUR) * HOUR;
  return HOURLY.map(([from, to, carriers, targets, effect]) => ({
    fromS: hourS + from * 60,
    toS: hourS + to * 60,
    carriers,
    targets,
    effect,
  }));
}
