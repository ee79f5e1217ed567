// Throttling: a token bucket for each route of each stage and one for the account (docs/behaviour.md §6.3).

import type { HttpApi, RouteSettings, Stage } from "./http-api.ts";

/** Returns the limit that a request exceeds, for a 429; `undefined` if it is within all of them. */
export type Throttle = (stage: Stage, routeKey: string) => Limit | undefined;

export interface Limit {
  settings: RouteSettings;
  /** Where it is set, as in `defaultRouteSettings of the stage "mvp"`. */
  setIn: string;
  /** True for the first request over the limit since the bucket was full. */
  isNews: boolean;
}

/** `account` is the limit of the whole account, which is checked before the routes' own. */
export function createThrottle(api: HttpApi, account: LimitedBucket, now: () => number): Throttle {
  const buckets = new Map<string, LimitedBucket>();
  for (const stage of api.stages) {
    for (const { routeKey } of api.routes) {
      const own = stage.routeSettings?.[routeKey];
      const settings = own ?? stage.defaultRouteSettings;
      const name = own ? `routeSettings[${JSON.stringify(routeKey)}]` : "defaultRouteSettings";
      const setIn = `${name} of the stage ${JSON.stringify(stage.stageName)}`;
      if (settings) buckets.set(bucketName(stage, routeKey), createLimitedBucket({ settings, setIn, now }));
    }
  }
  return (stage, routeKey) => account() ?? buckets.get(bucketName(stage, routeKey))?.();
}

/** Takes a token, or returns the exceeded limit. */
export type LimitedBucket = () => Limit | undefined;

export function createLimitedBucket(options: {
  settings: RouteSettings;
  setIn: string;
  now: () => number;
}): LimitedBucket {
  const { settings, setIn, now } = options;
  const bucket = createTokenBucket(settings, now);
  let isOver = false;
  return () => {
    const wasFull = bucket.isFull();
    if (bucket.take()) {
      if (wasFull) isOver = false;
      return undefined;
    }
    const isNews = !isOver;
    isOver = true;
    return { settings, setIn, isNews };
  };
}

export interface TokenBucket {
  /** False if the bucket is empty. */
  take(): boolean;
  isFull(): boolean;
}

/** A rate and a burst of 0 refuse everything, as in the cloud. */
export function createTokenBucket(settings: RouteSettings, now: () => number): TokenBucket {
  const { throttlingRateLimit: perSecond, throttlingBurstLimit: capacity } = settings;
  let tokens = capacity;
  let filledAt = now();
  return {
    take() {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    isFull() {
      refill();
      return tokens === capacity;
    },
  };

  function refill(): void {
    const moment = now();
    const elapsedSeconds = Math.max(0, moment - filledAt) / 1000;
    tokens = Math.min(capacity, tokens + elapsedSeconds * perSecond);
    filledAt = moment;
  }
}

function bucketName(stage: Stage, routeKey: string): string {
  return `${stage.stageName} ${routeKey}`;
}
