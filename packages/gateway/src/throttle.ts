// Throttling: a token bucket for each route of each stage and one for the account (docs/behaviour.md §6.3).

import type { HttpApi, RouteSettings, Stage } from "./http-api.ts";

/** False for a request that must be answered with 429. */
export type Throttle = (stage: Stage, routeKey: string) => boolean;

export function createThrottle(api: HttpApi, now: () => number): Throttle {
  const buckets = new Map<string, TokenBucket>();
  for (const stage of api.stages) {
    for (const { routeKey } of api.routes) {
      const settings = stage.routeSettings?.[routeKey] ?? stage.defaultRouteSettings;
      if (settings) buckets.set(bucketName(stage, routeKey), createTokenBucket(settings, now));
    }
  }
  return (stage, routeKey) => buckets.get(bucketName(stage, routeKey))?.take() ?? true;
}

export interface TokenBucket {
  /** False if the bucket is empty. */
  take(): boolean;
}

/** A rate and a burst of 0 refuse everything, as they do in the cloud. */
export function createTokenBucket(settings: RouteSettings, now: () => number): TokenBucket {
  const { throttlingRateLimit: perSecond, throttlingBurstLimit: capacity } = settings;
  let tokens = capacity;
  let filledAt = now();
  return {
    take() {
      const moment = now();
      const elapsedSeconds = Math.max(0, moment - filledAt) / 1000;
      tokens = Math.min(capacity, tokens + elapsedSeconds * perSecond);
      filledAt = moment;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

function bucketName(stage: Stage, routeKey: string): string {
  return `${stage.stageName} ${routeKey}`;
}
