/**
 * The scene everything is measured against: a target with HTTP, HTTPS and DNS in a process of its own, as scripted.
 *
 * DNS is held 20 ms, the ClientHello 30, the head 50, and 10 KiB of body come over 100 ms. Any name under timed.test
 * is the target; names under dead0.test to dead3.test are never answered. Ports are fixed: the bench has a network
 * namespace of its own.
 */
import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerOf } from "./child.ts";

export type Ports = { readonly dns: number; readonly http: number; readonly https: number };

/** The DNS port is the one resolv.conf means: that is where curl and blackbox_exporter ask. */
export const PORTS: Ports = { dns: 53, http: 8080, https: 8443 };
export const DNS_MS = 20;
export const HELLO_MS = 30;
export const HEAD_MS = 50;
export const BODY_MS = 100;
export const BODY_BYTES = 10_240;
export const DEAD_ZONES = 4;
/** Nothing alive takes so long, even when a thousand begin at once. */
export const TIMEOUT_MS = 8_000;

export type Scheme = "http" | "https";

export function urlOf(scheme: Scheme, id: string): string {
  return `${scheme}://${id}.timed.test:${PORTS[scheme]}/`;
}

export type Scene = {
  /** PEM file of the authority its certificate is from. */
  readonly caFile: string;
  readonly ca: string;
  /** Processor time the target has used, ms. */
  cpuMs(): Promise<number>;
  close(): void;
};

/** @param dir Scratch folder. */
export async function openScene(dir: string): Promise<Scene> {
  const child = fork(new URL("./target.ts", import.meta.url));
  const ca = (await answerOf(child)) as string;
  const caFile = join(dir, "ca.pem");
  writeFileSync(caFile, ca);
  return {
    caFile,
    ca,
    async cpuMs() {
      child.send("cpu");
      return (await answerOf(child)) as number;
    },
    close: () => child.kill(),
  };
}
