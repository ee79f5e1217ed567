/**
 * List prices of us-east-1 in dollars, on arm64, without taxes. Other regions differ by a few percent, and prices change:
 * check the named page before you quote one.
 */
export const PRICES_OF = "2026-11-29";

/**
 * Where each price is published, and where it was read. AWS's pages draw their figures with a script, so the prices come from
 * dated copies of AWS's price list (https://pricing.us-east-1.amazonaws.com) that others publish.
 */
const SOURCES = {
  /** Price list, AmazonApiGateway, 2026-09-21; the second tier, October 2025. The steps of 512 KB: AWS whitepaper "Best practices for private APIs". */
  gateway: "https://aws.amazon.com/api-gateway/pricing/",
  /** Price list, AWSLambda, 2026-09-06, all tiers. The free tier: AWS's page. */
  lambda: "https://aws.amazon.com/lambda/pricing/",
  /**
   * Price list, AmazonCloudWatch, 2026-09-21: the first gigabyte and the first metric. The tiers of Lambda's logs: AWS Compute Blog,
   * 2025-05-01. The free tier: AWS's page. Only third parties had the tiers beyond 10,000 metrics.
   */
  cloudWatch: "https://aws.amazon.com/cloudwatch/pricing/",
  /** Price list, AWSDataTransfer, 2026-09-06, all tiers and the free tier. */
  transfer: "https://aws.amazon.com/ec2/pricing/on-demand/",
  /** Price list, AmazonECS (Fargate on ARM), 2026-08-28. */
  fargate: "https://aws.amazon.com/fargate/pricing/",
  /** Price list, AWSELB, 2026-08-24. */
  loadBalancer: "https://aws.amazon.com/elasticloadbalancing/pricing/",
  /** AWS News Blog, from 2024-02-01 on in every region; on a bill of 2026-07. */
  addresses: "https://aws.amazon.com/vpc/pricing/",
  /** From third parties only, who agree; not read in the price list. */
  dns: "https://aws.amazon.com/route53/pricing/",
} as const;

/** Prices by tier: `dollars` for each unit up to `upTo` in a month. */
export interface Price {
  readonly tiers: readonly { readonly upTo: number; readonly dollars: number }[];
  /** The monthly free tier. */
  readonly free?: number;
  readonly source: string;
}

const flat = (dollars: number, source: string, free?: number): Price => ({
  tiers: [{ upTo: Number.POSITIVE_INFINITY, dollars }],
  source,
  ...(free !== undefined && { free }),
});

const MILLION = 1e6;
const TERABYTE = 1024;

export const PRICES = {
  /** HTTP API. Each 512 KB count as a request. */
  gatewayRequest: {
    tiers: [
      { upTo: 300 * MILLION, dollars: 1 / MILLION },
      { upTo: Number.POSITIVE_INFINITY, dollars: 0.9 / MILLION },
    ],
    source: SOURCES.gateway,
  },
  lambdaRequest: flat(0.2 / MILLION, SOURCES.lambda, MILLION),
  lambdaGigabyteSecond: {
    tiers: [
      { upTo: 7_500 * MILLION, dollars: 0.0000133334 },
      { upTo: 18_750 * MILLION, dollars: 0.0000120001 },
      { upTo: Number.POSITIVE_INFINITY, dollars: 0.0000106667 },
    ],
    free: 400_000,
    source: SOURCES.lambda,
  },
  /** While an instance is provisioned, busy or not. */
  provisionedGigabyteSecond: flat(0.0000033334, SOURCES.lambda),
  /** The work of a provisioned instance. It has no free tier, and neither have its requests. */
  provisionedDurationGigabyteSecond: flat(0.0000077778, SOURCES.lambda),
  provisionedRequest: flat(0.2 / MILLION, SOURCES.lambda),
  /** Logs of Lambda and the gateway. */
  logGigabyte: {
    tiers: [
      { upTo: 10 * TERABYTE, dollars: 0.5 },
      { upTo: 30 * TERABYTE, dollars: 0.25 },
      { upTo: 50 * TERABYTE, dollars: 0.1 },
      { upTo: Number.POSITIVE_INFINITY, dollars: 0.05 },
    ],
    free: 5,
    source: SOURCES.cloudWatch,
  },
  /** Logs of a container. AWS's tiers are only for the logs of its own services. */
  containerLogGigabyte: flat(0.5, SOURCES.cloudWatch, 5),
  metric: {
    tiers: [
      { upTo: 10_000, dollars: 0.3 },
      { upTo: 250_000, dollars: 0.1 },
      { upTo: MILLION, dollars: 0.05 },
      { upTo: Number.POSITIVE_INFINITY, dollars: 0.02 },
    ],
    free: 10,
    source: SOURCES.cloudWatch,
  },
  /** To the internet. */
  transferGigabyte: {
    tiers: [
      { upTo: 10 * TERABYTE, dollars: 0.09 },
      { upTo: 50 * TERABYTE, dollars: 0.085 },
      { upTo: 150 * TERABYTE, dollars: 0.07 },
      { upTo: Number.POSITIVE_INFINITY, dollars: 0.05 },
    ],
    free: 100,
    source: SOURCES.transfer,
  },
  fargateProcessorHour: flat(0.03238, SOURCES.fargate),
  fargateGigabyteHour: flat(0.00356, SOURCES.fargate),
  loadBalancerHour: flat(0.0225, SOURCES.loadBalancer),
  /** For each 25 new connections a second or each gigabyte an hour, whichever is more. */
  loadBalancerUnitHour: flat(0.008, SOURCES.loadBalancer),
  publicAddressHour: flat(0.005, SOURCES.addresses),
  /** Each of the first 25 zones. */
  hostedZone: flat(0.5, SOURCES.dns),
} as const satisfies Record<string, Price>;

/**
 * The price of an amount.
 *
 * @param isAfterFree whether to subtract the free tier, which comes off the most expensive tier.
 */
export function priceOf({ tiers, free = 0 }: Price, amount: number, isAfterFree = false): number {
  let from = isAfterFree ? Math.min(free, amount) : 0;
  let dollars = 0;
  for (const tier of tiers) {
    const to = Math.min(amount, tier.upTo);
    if (to > from) {
      dollars += (to - from) * tier.dollars;
      from = to;
    }
  }
  return dollars;
}
