/**
 * One target, judged now: reads its samples and its record, replays the rules, stores what changed, with the messages.
 *
 * Everything is derived from the store, so it can be called at any time, by anybody, again: a second call changes
 * nothing. Another evaluator that was faster is noticed by the incident's version, and the target is judged again.
 */
import type { Store, StoredSample } from "../store/store.ts";
import { VersionConflictError } from "../wire/errors.ts";
import type { AlteredEvent } from "../wire/event.ts";
import type { Belief, Incident } from "../wire/incident.ts";
import type { Target } from "../wire/target.ts";
import { afterwardsMessages, isUntold } from "./afterwards.ts";
import { comparesCarriers, evidenced, recordedAltered } from "./altered/evidence.ts";
import { type Altered, judgeAltered, reachTicks } from "./altered/judge.ts";
import { type Beside, readBeside } from "./altered/neighbours.ts";
import { addressed } from "./audience.ts";
import { BRAKE, BRAKE_S, toldLately } from "./brake.ts";
import { composeTarget } from "./compose.ts";
import type { Facts } from "./facts.ts";
import { messagesFor } from "./message.ts";
import { plainVotes } from "./plain-votes.ts";
import { type Draft, type Recorded, reconcile } from "./reconcile.ts";
import { compacted, lastDecided, recordedBelief } from "./record.ts";
import { lookBackTicks, type Replay, replay, sameBelief } from "./rules.ts";
import { tell } from "./tell.ts";
import { canStillVote, deadlineMs, isRecent, newestTick, votersOf } from "./timing.ts";
import { hasVote, type Vote } from "./vote.ts";
import { type TickView, type Voter, windowOf } from "./window.ts";

const RECORD_LIMIT = 500;
/** How far back a vantage's last word is looked for. */
const WORDS_REACH_S = 16 * 86_400;
const NOBODY: ReadonlySet<string> = new Set();

/** Ticks that have news, both included. */
export type News = { readonly fromTick: number; readonly toTick: number };

export type Evaluated = {
  /** First tick that waits for votes, and until when, UTC ms; null = all were judged. */
  readonly waiting: { readonly tick: number; readonly untilMs: number } | null;
  /** Incidents as they were stored. */
  readonly stored: readonly Incident[];
  /** Events as they were stored. */
  readonly events: readonly AlteredEvent[];
};

export type EvaluateStore = Pick<Store, "samples" | "incidents" | "events">;

/** What one attempt works from. */
type Situation = {
  readonly target: Target;
  readonly facts: Facts;
  readonly voters: readonly Voter[];
  readonly latest: readonly StoredSample[];
  readonly recorded: readonly Recorded[];
  readonly recordedAltered: readonly AlteredEvent[];
  readonly firstTick: number;
  readonly endTick: number;
  /** Believed before firstTick. */
  readonly before: Belief;
};

const NOT_ALTERED: Altered = { events: [], at: () => null };
const NOTHING: Evaluated = { waiting: null, stored: [], events: [] };

type Judged = Replay & {
  readonly look: (tick: number) => TickView;
  /** Null = nothing in them could be altered. */
  readonly compared: { readonly samples: readonly StoredSample[]; readonly beside: readonly Beside[] } | null;
  readonly votes: readonly Vote[];
};

/**
 * @param news null = only the newest tick, because the registry changed.
 * @throws VersionConflictError when another evaluator was faster three times running.
 */
export async function evaluateTarget(
  store: EvaluateStore,
  target: Target,
  facts: Facts,
  news: News | null,
): Promise<Evaluated> {
  const taken = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await evaluateOnce(store, target, facts, news, taken);
    } catch (error) {
      if (!(error instanceof VersionConflictError) || attempt === 3) throw error;
    }
  }
}

async function evaluateOnce(
  store: EvaluateStore,
  target: Target,
  facts: Facts,
  news: News | null,
  taken: Set<string>,
): Promise<Evaluated> {
  const situation = await readSituation(store, target, facts, news);
  if (!situation) return NOTHING;
  const { firstTick, endTick, recorded } = situation;
  const newsTick = news?.toTick ?? endTick;
  const stretchTick = newsTick + 2 * lookBackTicks(target) * target.stepS;
  if (stretchTick < endTick) {
    // Old news: when it changes nothing up to a while after it, it changes nothing at all.
    const part = await judge(store, situation, stretchTick);
    const settled = isForgotten(part, situation, newsTick) && agrees(part, situation, stretchTick);
    if (settled && alteredIn(part, situation, stretchTick).events.length === 0) return NOTHING;
  }
  const judged = await judge(store, situation, endTick);
  const lastTick = judged.waitingAt === null ? endTick : judged.waitingAt - target.stepS;
  const waiting =
    judged.waitingAt === null
      ? null
      : { tick: judged.waitingAt, untilMs: deadlineMs(target, judged.waitingAt) };
  if (lastTick < firstTick) return { ...NOTHING, waiting };
  const altered = alteredIn(judged, situation, lastTick);
  const voted = newestVoted(judged.look, situation, lastTick);
  const newest = { ...voted, reported: evidenced(voted.reported, voted.tick, altered) };
  const drafts = tell({
    drafts: reconcile({
      target: target.id,
      recorded,
      belief: situation.before,
      afterTick: firstTick - target.stepS,
      changes: judged.changes.map((change) => ({
        ...change,
        evidence: evidenced(change.evidence, change.tick, altered),
      })),
      taken,
      nowMs: facts.nowMs,
    }),
    recorded,
    belief: judged.belief,
    newest,
    audience: recipientsOf(situation).length > 0,
    recent: isRecent(target, newest.tick, facts.nowMs),
    look: judged.look,
    nowMs: facts.nowMs,
  });
  if (altered.events.length > 0) await store.events.put(altered.events, digestOf(altered, situation));
  return { waiting, stored: await storeDrafts(store, situation, drafts, taken), events: altered.events };
}

/** What is altered and fails nothing is news for the daily digest, once. */
function digestOf({ events }: Altered, situation: Situation) {
  const known = new Set(situation.recordedAltered.map((event) => event.id));
  const { facts } = situation;
  const isNews = events.some((event) => !known.has(event.id));
  return isNews ? afterwardsMessages(recipientsOf(situation), facts.timeZones, facts.nowMs) : [];
}

function alteredIn(judged: Judged, situation: Situation, lastTick: number): Altered {
  if (judged.compared === null) return NOT_ALTERED;
  const { target, voters, recordedAltered: recorded, firstTick, facts } = situation;
  const { samples, beside } = judged.compared;
  return judgeAltered({ target, voters, samples, beside, recorded, firstTick, lastTick, nowMs: facts.nowMs });
}

async function readSituation(
  store: EvaluateStore,
  target: Target,
  facts: Facts,
  news: News | null,
): Promise<Situation | null> {
  const voters = votersOf(target, facts.vantages);
  const newestOfEach = await store.samples.latest(
    voters.map((voter) => ({ target: target.id, vantage: voter.vantage })),
  );
  const latest = newestOfEach.filter((stored) => stored.sample.stepS === target.stepS);
  const endTick = newestTick(target, latest, facts.nowMs);
  if (endTick === null) return null;
  const firstTick = alignDown(Math.min(news?.fromTick ?? endTick, endTick), target.stepS);
  const fromS = firstTick - lookBackTicks(target) * target.stepS;
  const [recorded, altered] = await Promise.all([
    recordOf(store, target.id, Math.min(fromS, Math.floor(facts.nowMs / 1000) - BRAKE_S)),
    recordedAltered(store.events, target.id, voters),
  ]);
  const before = recordedBelief(recorded, firstTick - target.stepS);
  return { target, facts, voters, latest, recorded, recordedAltered: altered, firstTick, endTick, before };
}

async function judge(store: EvaluateStore, situation: Situation, toTick: number): Promise<Judged> {
  const { target, facts, voters, firstTick, before } = situation;
  const compared = comparesCarriers(voters);
  const reach = compared ? reachTicks(target) : lookBackTicks(target);
  const ticks = ticksBetween(firstTick - reach * target.stepS, toTick, target.stepS);
  const plain = isUnaltered(situation)
    ? await plainVotes(store.samples, { target, voters, compared, ticks })
    : null;
  const whole =
    plain === null ? unique([...(await store.samples.states(target.id, ticks)), ...situation.latest]) : [];
  const found = plain === null ? whole : unique<Vote>([...plain, ...situation.latest]);
  const votes = [...found, ...(await lastWords(store, situation, found))];
  const spoken = new Set(votes.map((vote) => `${vote.sample.tick}/${vote.vantage}`));
  const able = voters.filter((voter) => canStillVote(voter, facts));
  // What was decided stays decided by the votes that were there; a late one corrects it.
  const decided = Math.max(firstTick - target.stepS, lastDecided(situation.recorded) ?? 0);
  const look = windowOf({
    rule: target,
    voters,
    samples: votes,
    outstanding(tick) {
      if (tick <= decided || facts.nowMs >= deadlineMs(target, tick)) return NOBODY;
      const missing = able.filter((voter) => !spoken.has(`${tick}/${voter.vantage}`));
      return new Set(missing.map((voter) => voter.vantage));
    },
  });
  return {
    look,
    votes,
    compared: plain === null ? await withBeside(store, situation, whole) : null,
    ...replay(target, look, before, ticksBetween(firstTick, toTick, target.stepS)),
  };
}

/** Whether no altered answer is on record that reaches the ticks at which answers would be compared. */
function isUnaltered({ target, recordedAltered, firstTick }: Situation): boolean {
  const sinceS = firstTick - (lookBackTicks(target) + 1) * target.stepS;
  return recordedAltered.every(({ toS }) => toS !== null && toS <= sinceS);
}

async function withBeside(
  store: EvaluateStore,
  { target, voters, facts: { vantages, targets } }: Situation,
  samples: readonly StoredSample[],
): Promise<NonNullable<Judged["compared"]>> {
  if (!comparesCarriers(voters)) return { samples, beside: [] };
  return { samples, beside: await readBeside(store, { target, voters, vantages, samples, targets }) };
}

/**
 * What vantages last said before the stretch, where neither its first tick nor their newest sample tells: samples
 * arrive in any order, and a vantage keeps its last word, at the ticks that are looked back at as well.
 */
async function lastWords(
  store: EvaluateStore,
  situation: Situation,
  found: readonly Vote[],
): Promise<StoredSample[]> {
  const { target } = situation;
  const startTick = situation.firstTick - lookBackTicks(target) * target.stepS;
  const spoke = new Set(
    found.filter((one) => one.sample.tick <= startTick && hasVote(one)).map((one) => one.vantage),
  );
  const heard = new Set(situation.latest.map((one) => one.vantage));
  const mute = situation.voters.filter(
    ({ vantage, active }) => active && heard.has(vantage) && !spoke.has(vantage),
  );
  const pages = await Promise.all(
    mute.map(({ vantage }) =>
      store.samples.page({
        series: [{ target: target.id, vantage }],
        fromS: Math.max(0, startTick - WORDS_REACH_S),
        toS: Math.max(0, startTick - 1),
        limit: 20,
        order: "newest",
      }),
    ),
  );
  return pages.flatMap((page) => page.samples.find(hasVote) ?? []);
}

/** Whether soon after the news nobody's last word is of it: every vantage it may be from has voted again. */
function isForgotten(judged: Judged, situation: Situation, newsTick: number): boolean {
  const { target, voters, latest, firstTick } = situation;
  const until = newsTick + lookBackTicks(target) * target.stepS;
  const again = new Set(
    judged.votes
      .filter((one) => one.sample.tick > newsTick && one.sample.tick <= until && hasVote(one))
      .map((one) => one.vantage),
  );
  const heard = new Set(latest.filter((one) => one.sample.tick >= firstTick).map((one) => one.vantage));
  return voters.every(({ vantage, active }) => !active || !heard.has(vantage) || again.has(vantage));
}

/** Whether a replay says what the record says, at every tick at which either changes. */
function agrees(judged: Judged, situation: Situation, toTick: number): boolean {
  if (judged.waitingAt !== null) return false;
  const ticks = [
    toTick,
    ...judged.changes.map((change) => change.tick),
    ...situation.recorded.flatMap((incident) => incident.transitions.map((transition) => transition.tick)),
  ].filter((tick) => tick >= situation.firstTick && tick <= toTick);
  return ticks.every((tick) => {
    const change = judged.changes.findLast((entry) => entry.tick <= tick);
    return sameBelief(change?.belief ?? situation.before, recordedBelief(situation.recorded, tick));
  });
}

/** Incidents that touch the stretch or the last hour, and the newest few, which say what people were last told. */
async function recordOf(store: Pick<Store, "incidents">, target: string, fromS: number): Promise<Recorded[]> {
  const [touching, newest] = await Promise.all([
    store.incidents.list({ target, fromS, limit: RECORD_LIMIT }),
    store.incidents.list({ target, limit: 5 }),
  ]);
  const byId = new Map([...newest, ...touching].map((incident) => [incident.id, incident]));
  return [...byId.values()].filter((incident) => incident.subject === "target");
}

/** The newest tick anybody voted at; the last one when nobody did. */
function newestVoted(look: (tick: number) => TickView, situation: Situation, lastTick: number): TickView {
  for (let tick = lastTick; tick >= situation.firstTick; tick -= situation.target.stepS) {
    const view = look(tick);
    if (view.reported.some((entry) => entry.reporting > 0)) return view;
  }
  return look(lastTick);
}

async function storeDrafts(
  store: Pick<Store, "incidents">,
  situation: Situation,
  drafts: readonly Draft[],
  taken: Set<string>,
): Promise<Incident[]> {
  const { target, voters, facts } = situation;
  const audience = { own: recipientsOf(situation), all: facts.recipients };
  const often = toldLately(situation.recorded, facts.nowMs) + 1 >= BRAKE;
  const stored: Incident[] = [];
  for (const [order, { incident: draft, version, inserted }] of drafts.entries()) {
    const { incident, told } = addressed({ ...draft, name: target.name }, inserted, audience);
    // The outbox goes by creation: an end must not be overtaken by the beginning that follows it.
    const createdMs = facts.nowMs + order;
    const messages = told.flatMap((transition) =>
      messagesFor(
        { ...composeTarget(incident, transition, { ...facts, target, voters }), often },
        transition.toldTo ?? [],
        createdMs,
      ),
    );
    if (version === 0 && isUntold(incident)) {
      messages.push(...afterwardsMessages(audience.own, facts.timeZones, facts.nowMs));
    }
    // Somebody has the id: either the same incident, which the next attempt finds, or an old one out of sight.
    if (version === 0) taken.add(incident.id);
    const transitions = compacted(incident.transitions);
    await store.incidents.transition({ ...incident, transitions }, version, messages);
    stored.push(incident);
  }
  return stored;
}

function recipientsOf({ target, facts }: Situation): string[] {
  return facts.recipients.filter((id) => target.recipients?.includes(id) ?? true);
}

function ticksBetween(from: number, to: number, stepS: number): number[] {
  const ticks: number[] = [];
  for (let tick = Math.max(0, from); tick <= to; tick += stepS) ticks.push(tick);
  return ticks;
}

function alignDown(tick: number, stepS: number): number {
  return Math.floor(tick / stepS) * stepS;
}

function unique<S extends Vote>(samples: readonly S[]): S[] {
  return [...new Map(samples.map((one) => [`${one.sample.tick}/${one.vantage}`, one])).values()];
}
