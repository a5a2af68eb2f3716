/** A load on a site: visitors who count, each in a session of his own, and what they saw. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Store } from "../../src/session/store.ts";
import { commonPages, site } from "./site.ts";
import { until } from "./until.ts";
import { request, sessionCookie } from "./visitor.ts";

export interface CountingVisitor {
  readonly name: string;
  readonly cookie: string;
  /** How often he was told that his counter rose. */
  acknowledged: number;
  /** How often he was told that it failed. */
  failed: number;
}

export interface CountingVisitors {
  readonly url: string;
  readonly people: readonly CountingVisitor[];
  readonly events: readonly SessionEvent[];
  /** Who saw what is not his. */
  readonly wrong: readonly string[];
  /** What a visitor's session holds, once it can be read. */
  readonly counted: (person: CountingVisitor) => Promise<number>;
  /** How many counters were acknowledged in all. */
  readonly served: () => number;
  /** Waits until so many more were. */
  readonly more: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Visitors who count, each in a session of his own, one request after the other, until told to stop. */
export async function countingVisitors(
  t: TestContext,
  store: Store,
  visitors: number,
  storeTimeout = 0.5,
): Promise<CountingVisitors> {
  const { url, events, errors } = await site(t, commonPages, { store, now: Date.now, storeTimeout });
  const people: CountingVisitor[] = await Promise.all(
    Array.from({ length: visitors }, async (_, i) => {
      const visit = await request(`${url}/login?visitor${i}`);
      assert.equal(visit.status, 200, `the first sign-in: ${errors.at(-1)}`);
      const cookie = `session=${sessionCookie(visit)}`;
      return { name: `visitor${i}`, cookie, acknowledged: 0, failed: 0 };
    }),
  );
  let going = true;
  const wrong: string[] = [];
  const work = people.map(async (person) => {
    while (going) {
      const { status } = await request(`${url}/count`, "GET", { cookie: person.cookie });
      if (status === 200) person.acknowledged++;
      else person.failed++;
      if (status !== 200) await pause(5);
      const shown = await request(`${url}/show`, "GET", { cookie: person.cookie });
      const body = shown.status === 200 ? (JSON.parse(shown.body) as { user?: string }) : undefined;
      if (body && body.user !== undefined && body.user !== person.name) wrong.push(`${person.name} saw ${body.user}`);
      if (shown.status === 200 && shown.body !== "{}" && body?.user === undefined) wrong.push(`torn: ${shown.body}`);
    }
  });
  const look = async (person: CountingVisitor) => {
    const shown = await request(`${url}/show`, "GET", { cookie: person.cookie });
    if (shown.status !== 200) return undefined;
    return Number((JSON.parse(shown.body) as { n?: number }).n ?? 0);
  };
  const counted = async (person: CountingVisitor) => {
    for (;;) {
      const n = await look(person);
      if (n !== undefined) return n;
      await pause(20);
    }
  };
  const served = () => people.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  return {
    url,
    events,
    people,
    wrong,
    counted,
    served,
    async stop() {
      going = false;
      await Promise.all(work);
    },
    more: (count) => {
      const goal = served() + count;
      return until(() => served() >= goal, `${count} more requests served`);
    },
  };
}
