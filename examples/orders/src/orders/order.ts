/** A stored order. */
export interface Order {
  readonly orderId: string;
  /** The customer: the subject of the token. */
  readonly customer: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly status: OrderStatus;
  readonly lines: readonly OrderLine[];
  readonly totalCents: number;
  readonly note?: string | undefined;
  /** Incremented by each change. */
  readonly version: number;
  /** Unix seconds from which an unpaid order is gone. */
  readonly expiresAt?: number | undefined;
  readonly paidAt?: string | undefined;
  /** The `Idempotency-Key` of the payment. */
  readonly paidWith?: string | undefined;
}

export interface OrderLine {
  readonly article: string;
  readonly quantity: number;
  readonly unitCents: number;
}

export const ORDER_STATUSES = ["placed", "paid", "packing", "shipped", "refunded"] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface Invoice {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The sales of a day. */
export interface Sales {
  readonly orders: number;
  readonly totalCents: number;
}
